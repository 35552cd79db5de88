// What htmx and plain forms need a hand with. Everything here is comfort: each page works without it.

// A row of the queue can be clicked anywhere; links and buttons inside it keep their own meaning.
document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a, button, input, select, label, summary')) return;
  if (String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href);
  else location.assign(row.dataset.href);
});

// Back to the queue as it was left: the same look-ahead, the same page of it.
const inQueue = () => document.getElementById('queue') !== null;
addEventListener('pagehide', () => {
  if (inQueue()) sessionStorage.setItem('queue', location.search);
});
for (const way of ['click', 'auxclick']) {
  document.addEventListener(way, (event) => {
    const link = event.target.closest('.crumbs a[href="/offboarding"]');
    if (link) link.search = sessionStorage.getItem('queue') ?? '';
  });
}

// A plain form that must be sent once says that it works, and is not sent again. One with a token is done once however
// often it is sent: after a while it can be sent again by whoever has stopped waiting.
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

// Back from the cache of the browser: the form may be sent again.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

// After a swap the focus would fall to the top of the page: take it where the form says.
let focusNext = null;
document.addEventListener('htmx:before:request', (event) => {
  focusNext = event.target.closest?.('[data-focus]')?.dataset.focus ?? null;
});

// What was said about the last change is over when the next one is asked for.
document.addEventListener('htmx:before:request', (event) => {
  if (event.detail?.ctx?.request?.method !== 'POST') return;
  for (const alert of document.querySelectorAll('#messages > .alert, .checklist-message > .alert'))
    alert.remove();
});
document.addEventListener('htmx:after:swap', () => {
  if (focusNext === null) return;
  const target = document.querySelector(focusNext);
  focusNext = null;
  if (document.activeElement === document.body || !document.activeElement?.isConnected) target?.focus();
});

// The server could not be reached, or failed: say so, and lose nothing.
function complain(text) {
  const messages = document.getElementById('messages');
  if (!messages) return;
  const alert = document.createElement('div');
  alert.className = 'alert alert-danger';
  alert.setAttribute('role', 'alert');
  alert.textContent = text;
  alert.dataset.complaint = '';
  messages.replaceChildren(alert);
}
document.addEventListener('htmx:error', () =>
  complain('Lastday could not be reached. Nothing was lost; please try again.'),
);
document.addEventListener('htmx:after:swap', () => document.querySelector('[data-complaint]')?.remove());
document.addEventListener('htmx:response:error', (event) => {
  const status = event.detail?.ctx?.response?.status ?? 0;
  if (status >= 500) complain('Something went wrong on the server. Please try again in a moment.');
});

// Copies a value that is shown once.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const shown = document.querySelector(button.dataset.copy);
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(shown.textContent.trim());
    button.textContent = 'Copied';
  } else {
    // Browsers lend the clipboard to https and localhost only.
    getSelection().selectAllChildren(shown);
    button.textContent = 'Selected: now copy it';
  }
});
