// What htmx and plain forms need a hand with. Everything here is comfort: each page works without it.

// A row of the queue can be clicked anywhere; links and buttons inside it keep their own meaning.
document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a, button, input, select, label, summary')) return;
  if (String(getSelection())) return;
  location.assign(row.dataset.href);
});

// A plain form that must be sent once says that it works, and is not sent again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form[data-once]')) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'true';
  const button = form.querySelector('[data-busy]');
  if (button) button.textContent = button.dataset.busy;
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
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  button.textContent = 'Copied';
});
