// Keeps the parts of the page with `data-live` up to date, by a stream of what changes. Without a stream it asks from
// time to time. A part names the topics that change it, and the address that shows it, unless it is this page's.
{
  const pollEveryMs = 10_000;
  const firstEventMs = 5_000;
  const silentMs = 45_000;
  const restMs = 500;
  const { since } = document.currentScript.dataset;

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const withJitter = (ms) => ms * (0.8 + Math.random() * 0.4);
  let closeStream = null;
  const parts = () => [...document.querySelectorAll('[data-live]')];
  const topicsOf = (part) => part.dataset.live.split(' ');
  const allTopics = () => [...new Set(parts().flatMap(topicsOf))];

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

  // A stream says how far an import is, so the import does not ask too.
  document.addEventListener('htmx:before:request', (event) => {
    if ('liveStream' in document.documentElement.dataset && event.target.closest?.('#import-poll'))
      event.preventDefault();
  });

  const changed = new Set();
  let isUpdating = false;
  let isOver = false;

  // Reads the parts of the changed topics anew, one request for each address.
  async function update(topics) {
    for (const topic of topics) changed.add(topic);
    if (isUpdating) return;
    isUpdating = true;
    while (changed.size > 0 && !isOver) {
      if (isBusy()) {
        await pause(restMs);
        continue;
      }
      const stale = parts().filter((part) => topicsOf(part).some((topic) => changed.has(topic)));
      changed.clear();
      const began = performance.now();
      for (const [address, together] of Map.groupBy(stale, addressOf)) await read(address, together);
      // A slow server is asked less often.
      await pause(Math.max(restMs, 2 * (performance.now() - began)));
    }
    isUpdating = false;
  }

  async function read(address, together, options) {
    try {
      const response = await fetch(address, { headers: { 'Lastday-Poll': 'true' }, cache: 'no-store' });
      if (response.redirected && new URL(response.url).pathname === '/sign-in') return endWithSession();
      if (!response.ok) return;
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (isBusy()) {
        for (const part of together) for (const topic of topicsOf(part)) changed.add(topic);
        return;
      }
      for (const part of together) {
        const newer = fresh.getElementById(part.id);
        if (newer && part.isConnected) globalThis.mergePart(part, newer, options);
      }
    } catch {
      // The next change, or the next poll, asks again.
    }
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

  // Follows the stream until it ends. Resolves with whether it worked.
  const follow = (from) =>
    new Promise((resolve) => {
      const query = new URLSearchParams({ topics: allTopics().join(' '), since: from ?? '' });
      const source = new EventSource(`/live?${query}`);
      let worked = false;
      let timeout;
      const end = () => {
        clearTimeout(timeout);
        source.close();
        closeStream = null;
        document.documentElement.removeAttribute('data-live-stream');
        resolve(worked);
      };
      // A proxy that holds events back, or a connection that silently died, is found by its silence.
      const waitFor = (ms) => {
        clearTimeout(timeout);
        timeout = setTimeout(end, ms);
      };
      closeStream = end;
      waitFor(firstEventMs);
      source.addEventListener('hello', () => {
        worked = true;
        document.documentElement.dataset.liveStream = '';
        waitFor(silentMs);
      });
      source.addEventListener('heartbeat', () => waitFor(silentMs));
      source.addEventListener('message', ({ data }) => {
        waitFor(silentMs);
        void update(data.split(' '));
      });
      source.addEventListener('error', end);
    });

  // Browsers open six connections to a server over HTTP/1.1, for all tabs together. Streams of visible tabs may take
  // four of them, so that pages load. Over HTTP/2 the server's limit is enough.
  const [navigation] = performance.getEntriesByType('navigation');
  const places = ['h2', 'h3'].includes(navigation?.nextHopProtocol) ? 8 : 4;

  // Runs `work` on a free place, and resolves with false when there is none. Web Locks free the place of a closed tab.
  async function onFreePlace(work) {
    for (let place = 1; place <= places; place++) {
      const [isFree, result] = await navigator.locks.request(
        `lastday-live-${place}`,
        { ifAvailable: true },
        async (lock) => (lock ? [true, await work()] : [false]),
      );
      if (isFree) return result;
    }
    return false;
  }

  let wake = () => {};
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) closeStream?.();
    wake();
  });
  addEventListener('pagehide', () => closeStream?.());

  const waitUnlessWoken = (ms) =>
    new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  // A hidden tab follows nothing. A new stream first sends everything that it follows, so that nothing is missed.
  async function keepFollowing() {
    let from = since;
    let failures = 0;
    while (!isOver) {
      if (document.hidden) {
        await waitUnlessWoken(null);
        continue;
      }
      // Without Web Locks, which only secure pages have, it polls.
      const worked = navigator.locks !== undefined && (await onFreePlace(() => follow(from)));
      from = undefined;
      if (document.hidden) continue;
      if (!worked) await update(allTopics());
      failures = worked ? 0 : failures + 1;
      await waitUnlessWoken(withJitter(Math.min(pollEveryMs, 1_000 * 2 ** failures)));
    }
  }
  if (parts().length > 0) void keepFollowing();
}
