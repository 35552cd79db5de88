// Brings a part of the page up to date from a fresh copy of it. What a person is typing, and what has the focus, is not
// removed: it gets a button that shows the change.
globalThis.mergePart = (() => {
  const focused = () => (document.activeElement === document.body ? null : document.activeElement);

  const isChangedField = (field) => {
    if (field.matches('option')) return field.selected !== field.defaultSelected;
    if (field.matches('[type=checkbox], [type=radio]')) return field.checked !== field.defaultChecked;
    return field.matches('input:not([type=hidden]), textarea') && field.value !== field.defaultValue;
  };
  // A select without a selected option shows its first one, which is no change.
  const isChangedSelect = (select) =>
    [...select.options].some((option) => option.defaultSelected)
      ? [...select.options].some(isChangedField)
      : select.selectedIndex > 0;
  const isTyped = (field) => (field.matches('select') ? isChangedSelect(field) : isChangedField(field));

  // A refused form keeps what was typed and the errors, which a fresh copy has not.
  const isRefused = (node) => node.matches('form') && node.querySelector('[aria-invalid="true"]') !== null;

  const isInUse = (node) =>
    node.nodeType === Node.ELEMENT_NODE &&
    (node.contains(focused()) ||
      [node, ...node.querySelectorAll('form')].some(isRefused) ||
      [node, ...node.querySelectorAll('input, textarea, select')].some(
        (field) => field.matches('input, textarea, select') && isTyped(field),
      ));

  // Rows are recognized by their id or the page they open, all else by its kind and order.
  const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.href || '' : '');
  const kindOf = (node) => `${node.nodeName}.${node.classList?.[0] ?? ''}`;

  const isKeptAttribute = (name) => name === 'open' || name.startsWith('data-htmx') || name === 'data-sent';

  function mergeAttributes(node, fresh) {
    for (const { name } of [...node.attributes])
      if (!fresh.hasAttribute(name) && !isKeptAttribute(name)) node.removeAttribute(name);
    for (const { name, value } of fresh.attributes)
      if (node.getAttribute(name) !== value && !isKeptAttribute(name)) node.setAttribute(name, value);
  }

  function merge(node, fresh, force) {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.nodeValue !== fresh.nodeValue) node.nodeValue = fresh.nodeValue;
      return;
    }
    if (node.matches('[data-live-keep]') || node.isEqualNode(fresh)) return;
    if (!force && (isRefused(node) || (node.matches('input, textarea, select') && isTyped(node)))) return;
    mergeAttributes(node, fresh);
    mergeChildren(node, fresh, force);
  }

  function mergeChildren(parent, fresh, force) {
    const freshKeys = new Set([...fresh.children].map(keyOf));
    const keyed = new Map([...parent.children].map((child) => [keyOf(child), child]));
    keyed.delete('');
    for (const [key, child] of keyed) if (!freshKeys.has(key)) removeOrMark(child, force);
    let next = parent.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      while (next && isMarked(next)) next = next.nextSibling;
      const found = keyOf(wanted) ? keyed.get(keyOf(wanted)) : findFrom(next, kindOf(wanted));
      if (found?.nodeName === wanted.nodeName) {
        bringTo(next, found);
        next = found.nextSibling;
        merge(found, wanted, force);
      } else add(parent, wanted, next);
    }
    while (next) {
      const left = next;
      next = next.nextSibling;
      if (!isMarked(left)) removeOrMark(left, force);
    }
  }

  function findFrom(node, kind) {
    let found = node;
    while (found && (keyOf(found) || isMarked(found) || kindOf(found) !== kind)) found = found.nextSibling;
    return found;
  }

  // Moves `found` to the place of `next`. Moving an element takes its focus away, so the others move around that one.
  function bringTo(next, found) {
    if (found === next) return;
    if (!found.contains(focused())) return void found.parentNode.insertBefore(found, next);
    const after = found.nextSibling;
    for (let other = next; other && other !== found; ) {
      const moved = other;
      other = other.nextSibling;
      found.parentNode.insertBefore(moved, after);
    }
  }

  function add(parent, fresh, next) {
    const added = document.importNode(fresh, true);
    parent.insertBefore(added, next);
    if (added.nodeType === Node.ELEMENT_NODE) globalThis.htmx?.process(added);
  }

  const isMarked = (node) =>
    node.nodeType === Node.ELEMENT_NODE &&
    (node.matches('[data-live-mark]') || node.dataset.liveLeft !== undefined);

  function removeOrMark(node, force) {
    if (force || !isInUse(node)) node.remove();
    else mark(node);
  }

  // Removes what is not in use around it, such as the other rows of a list.
  function mark(node) {
    node.dataset.liveLeft = '';
    if (!node.matches('li, tr, form, section') && !node.id) {
      for (const child of [...node.children]) removeOrMark(child, false);
      return;
    }
    if (node.querySelector('[data-live-mark]')) return;
    const note = document.createElement(node.matches('tr') ? 'td' : 'span');
    note.dataset.liveMark = '';
    note.setAttribute('role', 'status');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm';
    button.dataset.liveShow = '';
    button.textContent = 'Show change';
    note.append(button);
    node.append(note);
  }

  // Moves the focus to the heading of what was replaced.
  function focusNear(node) {
    const section = node.closest('section') ?? document.getElementById('main');
    return () => {
      const place = section.isConnected ? section : document.getElementById('main');
      (place.querySelector('[tabindex="-1"]') ?? place).focus();
    };
  }

  return (part, fresh, { force = false } = {}) => {
    const focusAgain = force && part.contains(focused()) ? focusNear(focused()) : null;
    // What was left and is not in use any more goes now.
    for (const left of part.querySelectorAll('[data-live-left]')) delete left.dataset.liveLeft;
    merge(part, fresh, force);
    if (focusAgain && !focused()) focusAgain();
  };
})();
