// Keys for the search box, lists and checklists. A person who turned them off on My page doesn't get this script (WCAG 2.1.4).
{
  const list = document.getElementById('shortcuts-list');
  const rowSelector = 'tr[data-href], tr[tabindex], .items > .item';

  const isField = (element) => element.closest('input, textarea, select, [contenteditable]') !== null;
  const linkOf = (row) => row.querySelector('.who-link, a.item-name');
  const placeOf = (row) => (row.hasAttribute('tabindex') ? row : linkOf(row));
  const rowWithFocus = () => document.activeElement.closest(rowSelector);
  const rows = () =>
    [...document.querySelectorAll(rowSelector)].filter((row) => row.checkVisibility() && placeOf(row));

  const isBefore = (one, other) =>
    (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

  // From a place outside the rows, such as the message, it goes to the nearest row.
  function move(isNext) {
    const here = rowWithFocus() ?? document.activeElement;
    const others = rows().filter((row) => row !== here);
    const next =
      isNext || here === document.body
        ? others.find((row) => isBefore(here, row))
        : others.findLast((row) => isBefore(row, here));
    if (next) placeOf(next).focus();
  }

  function openRow() {
    const row = rowWithFocus();
    if (row) linkOf(row)?.click();
  }

  function act() {
    const row = rowWithFocus();
    const action = row?.querySelector('[data-key="r"]');
    // The first press only shows which item the next one acts on.
    if (!row)
      return rows()
        .find((one) => one.querySelector('[data-key="r"]'))
        ?.focus();
    action?.click();
    if (action?.parentElement.open) action.parentElement.querySelector('textarea')?.focus();
  }

  // On the checklist it opens the confirmation. There it goes to the button, because completing can't be undone.
  function complete() {
    const button = document.querySelector('[data-key="c"]');
    if (button === null) document.getElementById('gate')?.focus();
    else if (button.form.method === 'post') button.focus();
    else button.click();
  }

  function search() {
    const box = document.getElementById('search');
    box?.focus();
    box?.select();
  }

  const keys = {
    '/': search,
    j: () => move(true),
    k: () => move(false),
    o: openRow,
    r: act,
    c: complete,
    u: () => document.querySelector('form[data-undo] button')?.click(),
    '?': () => list.showModal(),
  };

  document.addEventListener('keydown', (event) => {
    if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || isField(event.target) || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    if (!event.repeat || event.key === 'j' || event.key === 'k') keys[event.key]();
  });
}
