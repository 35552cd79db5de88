// Runs in a page of the console. Finds what a reader cannot see: content that is cut off, and cells that lie over each
// other. It shows the pages in a frame, because a frame gets another width ten times as fast as a window.

/** Shows the page at an address in the frame `shown`. Returns whether there is a page, and not a part of one or data. */
globalThis.showPage = async (address, credentials) => {
  document.querySelector('iframe')?.remove();
  const html = await htmlOf(address, credentials);
  if (html === null) return false;
  await show(html);
  return true;
};

/** The faults of the shown page at these widths, one line for each. */
globalThis.layoutFaults = (widths) => {
  const page = document.querySelector('iframe').contentDocument;
  const faults = [];
  const look = (width) => {
    setWidth(width);
    for (const fault of faultsOf(page)) faults.push(`at ${width} px: ${fault}`);
  };
  widths.forEach(look);
  for (const part of page.querySelectorAll('main details')) part.open = true;
  widths.filter((_, index) => index % 5 === 0).forEach(look);
  return faults;
};

globalThis.setWidth = (width) => {
  document.querySelector('iframe').style.width = `${width}px`;
};

async function htmlOf(address, credentials) {
  const response = await fetch(address, { credentials });
  const type = response.headers.get('content-type') ?? '';
  // A stream of events never ends.
  if (type.startsWith('text/event-stream')) {
    await response.body.cancel();
    return null;
  }
  const text = await response.text();
  return /^<!doctype html>/i.test(text) ? text : null;
}

/** Waits for the style sheet and the scripts. */
async function show(html) {
  const frame = document.createElement('iframe');
  frame.name = 'shown';
  frame.style.height = '900px';
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  frame.srcdoc = html;
  document.body.append(frame);
  await loaded;
}

const faultsOf = (page) => [...sidewaysScroll(page), ...cutOff(page), ...overlappingCells(page)];

function sidewaysScroll(page) {
  const { scrollWidth, clientWidth } = page.documentElement;
  return scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide`] : [];
}

/** Boxes whose content is wider than they are. Fields scroll by themselves. */
function cutOff(page) {
  return [...page.body.querySelectorAll('*')]
    .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
    .filter((box) => box.checkVisibility() && !box.matches('input, select, textarea'))
    .filter((box) => !isOnlyForScreenReaders(box))
    .filter(
      (box) =>
        box.matches('td, th, dd, li, .btn, .tag, .card') || getComputedStyle(box).overflowX !== 'visible',
    )
    .map((box) => `${nameOf(box)} is ${box.clientWidth} px wide, its content ${box.scrollWidth} px`);
}

/** Whether the element or one around it is clipped away, as the heads of tables are on phones. */
const isOnlyForScreenReaders = (element) =>
  element !== null &&
  (getComputedStyle(element).clipPath !== 'none' || isOnlyForScreenReaders(element.parentElement));

function overlappingCells(page) {
  const faults = [];
  for (const row of page.querySelectorAll('tbody tr')) {
    const cells = [...row.cells]
      .map((cell) => ({ cell, box: contentOf(cell) }))
      .filter(({ box }) => box.width > 0);
    for (const [index, { cell, box }] of cells.entries()) {
      for (const other of cells.slice(index + 1))
        if (overlap(box, other.box)) faults.push(`${nameOf(cell)} lies over ${nameOf(other.cell)}`);
    }
  }
  return faults;
}

function contentOf(cell) {
  const range = cell.ownerDocument.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect();
}

const overlap = (a, b) =>
  a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;

/** Such as `td.who “Lena Brandt”`. */
function nameOf(element) {
  const classes = [...element.classList].map((name) => `.${name}`).join('');
  const text = element.textContent.trim().replaceAll(/\s+/g, ' ').slice(0, 40);
  return `${element.tagName.toLowerCase()}${classes} “${text}”`;
}
