// After a form the focus is where the work goes on: at the wrong field, the message, or the next item. The server marks
// that place with `autofocus`, so a whole page needs this script only where it has no message.
{
  const posted = 'lastday-posted';
  const focusOn = (place) => {
    if (place && place.tabIndex < 0) place.tabIndex = -1;
    place?.focus();
    return Boolean(place);
  };
  const find = (selector) => document.querySelector(selector);
  const title = () => find('main h1');

  if (sessionStorage.getItem(posted) !== null) {
    sessionStorage.removeItem(posted);
    focusOn(
      find('main [aria-invalid="true"]') ?? find('main [autofocus]') ?? find('main .secret') ?? title(),
    );
  }
  const remember = () => sessionStorage.setItem(posted, 'yes');
  document.addEventListener('submit', (event) => {
    if (event.target.method === 'post' && !event.defaultPrevented) remember();
  });

  // A refused completion shows the checklist, and a question comes before a big step. Their address becomes that of the
  // page they belong to: reloading sends nothing again.
  const { address } = find('main [data-address]')?.dataset ?? {};
  if (address && address !== location.pathname) history.replaceState(history.state, '', address);

  const itemSelector = '#checklist .item[tabindex]';
  let sent = null;
  document.addEventListener('htmx:before:request', (event) => {
    if (event.detail.ctx.request.method !== 'POST') return;
    remember();
    const form = event.target;
    const item = form.closest(itemSelector);
    const later = [...document.querySelectorAll(itemSelector)].filter(
      (other) => item?.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    sent = {
      form,
      item,
      laterIds: later.map(({ id }) => id),
      next: form.closest('[data-focus]')?.dataset.focus,
    };
  });

  let before = null;
  document.addEventListener('htmx:before:swap', () => {
    before = document.activeElement;
  });
  document.addEventListener('htmx:after:swap', () => {
    const now = document.activeElement;
    const isLost = now === document.body || !now.isConnected;
    const after = sent;
    sent = null;
    if (after !== null) {
      sessionStorage.removeItem(posted);
      // What the person went on to meanwhile keeps the focus.
      const isWaiting = (after.item ?? after.form).contains(now);
      if ((isLost || isWaiting) && focusOn(find('main .alert-danger[tabindex]'))) return;
      if (isLost) goOn(after);
    } else if (isLost && before !== document.body) focusOn(message()) || focusOn(title());
  });

  const message = () => find('main .alert[tabindex]');

  function goOn({ item, laterIds, next }) {
    const nextItem =
      item && (laterIds.map((id) => document.getElementById(id)).find(Boolean) ?? find(itemSelector));
    const place = nextItem || (item && find('#gate')) || (next && find(next));
    focusOn(place) || focusOn(message()) || focusOn(title());
  }
}
