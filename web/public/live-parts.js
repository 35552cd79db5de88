// Reads the parts of the page with `data-live` anew. A part names the topics that change it, and the address that shows
// it, unless it is this page's. `live.js` says which topics have changed.
globalThis.liveParts = (() => {
  const restMs = 500;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const parts = () => [...document.querySelectorAll('[data-live]')];
  const topicsOf = (part) => part.dataset.live.split(' ');
  const topics = () => [...new Set(parts().flatMap(topicsOf))];

  // The address that shows a part. This page's own has the filters and the page of its list.
  function addressOf({ dataset: { liveFrom } }) {
    const here = location.pathname + location.search;
    return liveFrom === undefined || liveFrom === location.pathname ? here : liveFrom;
  }

  // What the person sends comes first, because its answer replaces the same parts or the page.
  const navigationMs = 3_000;
  let requests = 0;
  let submittedAt = Number.NEGATIVE_INFINITY;
  document.addEventListener('htmx:before:request', () => requests++);
  document.addEventListener('htmx:finally:request', () => requests--);
  document.addEventListener('submit', (event) => {
    if (!event.defaultPrevented) submittedAt = performance.now();
  });
  const isBusy = () => requests > 0 || performance.now() - submittedAt < navigationMs;

  const changed = new Set();
  let isUpdating = false;
  let isOver = false;

  // Reads the parts of the changed topics anew, one request for each address.
  async function update(changedTopics) {
    for (const topic of changedTopics) changed.add(topic);
    if (isUpdating) return;
    isUpdating = true;
    try {
      while (changed.size > 0 && !isOver) await updateOnce();
    } finally {
      isUpdating = false;
    }
  }

  async function updateOnce() {
    if (isBusy()) return pause(restMs);
    const stale = parts().filter((part) => topicsOf(part).some((topic) => changed.has(topic)));
    changed.clear();
    const began = performance.now();
    for (const [address, together] of Map.groupBy(stale, addressOf)) await read(address, together);
    // A slow server is asked less often.
    await pause(Math.max(restMs, 2 * (performance.now() - began)));
  }

  async function read(address, together, options) {
    const fresh = await fetchPage(address);
    if (fresh === null) return;
    if (isBusy()) {
      for (const part of together) for (const topic of topicsOf(part)) changed.add(topic);
      return;
    }
    for (const part of together) {
      const newer = fresh.getElementById(part.id);
      if (newer && part.isConnected) globalThis.mergePart(part, newer, options);
    }
  }

  // Null when there is no answer. The next change, or the next poll, asks again.
  async function fetchPage(address) {
    try {
      const response = await fetch(address, { headers: { 'Lastday-Poll': 'true' }, cache: 'no-store' });
      if (response.redirected && new URL(response.url).pathname === '/sign-in') endWithSession();
      else if (response.ok) return new DOMParser().parseFromString(await response.text(), 'text/html');
    } catch {
      // The server or the network is away.
    }
    return null;
  }

  function endWithSession() {
    isOver = true;
    const link = document.createElement('a');
    link.href = `/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = 'Sign in';
    const alert = document.createElement('div');
    alert.className = 'alert alert-warning';
    alert.append("Your session expired, so this page isn't updated. ", link);
    document.getElementById('messages')?.replaceChildren(alert);
  }

  document.addEventListener('click', (event) => {
    const part = event.target.closest('[data-live-show]')?.closest('[data-live]');
    if (part) void read(addressOf(part), [part], { force: true });
  });

  return { topics, update, isOver: () => isOver };
})();
