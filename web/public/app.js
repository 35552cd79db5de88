// Conveniences on top of htmx and plain forms. Every page works without this script.

// Tells the server this browser's time zone, because times are shown in it.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (timeZone) {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs https
  document.cookie = `lastday-zone=${timeZone}; path=/; max-age=31536000; samesite=lax${secure}`;
}

// A click anywhere in a queue row opens it, except on its links and buttons.
document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a, button, input, select, label, summary')) return;
  if (String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href);
  else location.assign(row.dataset.href);
});

// The breadcrumb leads back to the queue with the same look-ahead and page.
const inQueue = () => document.getElementById('queue') !== null;
addEventListener('pagehide', () => {
  if (inQueue()) sessionStorage.setItem('queue', location.search);
});
for (const type of ['click', 'auxclick']) {
  document.addEventListener(type, (event) => {
    const link = event.target.closest('.crumbs a[href="/offboarding"]');
    if (link) link.search = sessionStorage.getItem('queue') ?? '';
  });
}

// The look-ahead is remembered, so the page that it replaces gets its own in the address: Back then shows the same list.
document.addEventListener('htmx:before:request', (event) => {
  const address = new URL(location.href);
  if (event.target.id !== 'look-ahead' || address.searchParams.has('window')) return;
  address.searchParams.set('window', document.getElementById('queue').dataset.window);
  history.replaceState(history.state, '', address);
});

// A plain form with `data-once` is sent only once and shows that it is working. A form with a token can be sent again
// after 10 s, because the server acts only once for each token.
const sentForMs = 10_000;
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form[data-once]')) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'true';
  const button = form.querySelector('[data-busy]');
  const words = button?.textContent;
  if (button) button.textContent = button.dataset.busy;
  if (form.elements.token === undefined) return;
  setTimeout(() => {
    delete form.dataset.sent;
    if (button) button.textContent = words;
  }, sentForMs);
});

// What waited for a proof is done once it is given. The server shows this form only once.
addEventListener('DOMContentLoaded', () => document.querySelector('form[data-continue]')?.requestSubmit());

// Reloads a page from the back/forward cache, so that its form can be sent again.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

// Removes the messages about the last change when the next one is sent.
document.addEventListener('htmx:before:request', (event) => {
  if (event.detail?.ctx?.request?.method !== 'POST') return;
  for (const alert of document.querySelectorAll('#messages > .alert, .checklist-message > .alert'))
    alert.remove();
});

// A form with `data-reset` that was accepted is empty and closed again. htmx keeps what is typed.
document.addEventListener('htmx:after:swap', (event) => {
  const { sourceElement: form, response } = event.detail.ctx;
  if (!form.matches('form[data-reset]') || !form.isConnected || response.status >= 300) return;
  form.reset();
  const details = form.closest('details[open]');
  if (!details) return;
  if (details.contains(document.activeElement)) details.querySelector('summary').focus();
  details.open = false;
});

// Undo is offered for ten seconds, less after a late answer, and longer while it has the focus or the pointer
// (WCAG 2.2.1).
const undoOfferedMs = 10_000;
function offerUndo() {
  for (const form of document.querySelectorAll('form[data-undo]:not([data-offered])')) {
    form.dataset.offered = '';
    const end = () => {
      if (form.matches(':hover, :focus-within')) setTimeout(end, 1_000);
      else form.remove();
    };
    setTimeout(end, Number(form.dataset.undo) || undoOfferedMs);
  }
}
offerUndo();
document.addEventListener('htmx:after:swap', offerUndo);

// Shows a message when the server cannot be reached or fails; the page stays as it is.
function showError(text) {
  const messages = document.getElementById('messages');
  if (!messages) return;
  const alert = document.createElement('div');
  alert.className = 'alert alert-danger';
  alert.setAttribute('role', 'alert');
  alert.textContent = text;
  alert.dataset.clientError = '';
  messages.replaceChildren(alert);
}
document.addEventListener('htmx:error', () =>
  showError("Can't reach Lastday. Check your connection and try again."),
);
document.addEventListener('htmx:after:swap', () => document.querySelector('[data-client-error]')?.remove());
document.addEventListener('htmx:response:error', (event) => {
  const status = event.detail?.ctx?.response?.status ?? 0;
  if (status >= 500) showError('Something went wrong on the server. Try again in a moment.');
});

// Copies a value that is shown only once.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const shown = document.querySelector(button.dataset.copy);
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(shown.textContent.trim());
    button.textContent = 'Copied';
  } else {
    // Browsers offer the clipboard API only on https and localhost.
    getSelection().selectAllChildren(shown);
    button.textContent = 'Selected. Press Ctrl+C to copy.';
  }
});

// Below the bar the menu lies over the page, so it closes with Escape and with a click beside it.
const closeMenu = () => document.querySelector('.menu[open]')?.removeAttribute('open');
document.addEventListener('click', (event) => {
  if (!event.target.closest('.sidebar')) closeMenu();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeMenu();
});
