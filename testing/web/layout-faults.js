// Runs in the page. Finds what a reader cannot see: content that is cut off, and cells that lie over each other.

/** One line for each fault of the page at its present width. */
globalThis.layoutFaults = () => [...sidewaysScroll(), ...cutOff(), ...overlappingCells()];

function sidewaysScroll() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide`] : [];
}

/** Boxes whose content is wider than they are. Fields scroll by themselves, and an excerpt is cut on purpose. */
function cutOff() {
  return [...document.body.querySelectorAll('*')]
    .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
    .filter(
      (box) =>
        box.checkVisibility() && !box.matches('input, select, textarea') && !isOnlyForScreenReaders(box),
    )
    .filter(
      (box) =>
        box.matches('td, th, dd, li, .btn, .tag, .card') || getComputedStyle(box).overflowX !== 'visible',
    )
    .map((box) => `${nameOf(box)} is ${box.clientWidth} px wide, its content ${box.scrollWidth} px`);
}

/** Whether the element or one around it is clipped away, as the heads of tables are on phones. */
const isOnlyForScreenReaders = (element) =>
  element !== document.body &&
  (getComputedStyle(element).clipPath !== 'none' || isOnlyForScreenReaders(element.parentElement));

function overlappingCells() {
  const faults = [];
  for (const row of document.querySelectorAll('tbody tr')) {
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
  const range = document.createRange();
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
