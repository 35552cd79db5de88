// The search box: the arrows move through what it found, Escape closes it. `keys.js` goes to it with `/`. Without this
// script the form leads to the page of results. Employees have no search box.
if (document.getElementById('search') !== null) {
  const box = document.getElementById('search');
  const found = document.getElementById('search-found');
  const words = document.getElementById('search-words');

  const links = () => [...found.querySelectorAll('a')];

  // Only typing and the focus open it, so that a late answer doesn't.
  const open = () => {
    found.hidden = false;
  };
  const close = () => {
    found.hidden = true;
    words.textContent = '';
  };

  box.form.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && !found.hidden) {
      // Chromium would also empty the field.
      event.preventDefault();
      box.focus();
      close();
    } else if (step !== undefined && !found.hidden && links().length > 0) {
      event.preventDefault();
      const stops = [box, ...links()];
      const place = stops.indexOf(document.activeElement) + step;
      stops.at(place % stops.length).focus();
    }
  });

  box.addEventListener('input', open);
  box.addEventListener('focus', open);
  box.form.addEventListener('focusout', (event) => {
    if (!box.form.contains(event.relatedTarget)) close();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!box.form.contains(event.target)) close();
  });

  document.addEventListener('htmx:after:swap', () => {
    const now = found.hidden ? '' : (found.firstElementChild?.dataset.words ?? '');
    if (words.textContent !== now) words.textContent = now;
  });
}
