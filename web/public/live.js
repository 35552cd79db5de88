// Keeps the parts of the page with `data-live` up to date, by a stream of what changes. Without a stream it asks from
// time to time. `live-parts.js` reads the parts.
{
  const pollEveryMs = 10_000;
  const firstEventMs = 5_000;
  const silentMs = 45_000;
  const { since } = document.currentScript.dataset;
  const { topics, update, isOver } = globalThis.liveParts;

  const withJitter = (ms) => ms * (0.8 + Math.random() * 0.4);
  let closeStream = null;

  // A stream says how far an import is, so the import does not ask too.
  document.addEventListener('htmx:before:request', (event) => {
    if ('liveStream' in document.documentElement.dataset && event.target.closest?.('#import-poll'))
      event.preventDefault();
  });

  // Browsers open six connections to a server over HTTP/1.1, for all tabs together. Streams of visible tabs may take
  // four of them, so that pages load. The server counts, because Web Locks would need https. Over HTTP/2 its own limit
  // is enough.
  const [navigation] = performance.getEntriesByType('navigation');
  const most = ['h2', 'h3'].includes(navigation?.nextHopProtocol) ? 8 : 4;

  // Follows the stream until it ends. Resolves with whether it worked.
  const follow = (from) =>
    new Promise((resolve) => {
      const query = new URLSearchParams({ topics: topics().join(' '), since: from ?? '', most });
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
    while (!isOver()) {
      if (document.hidden) {
        await waitUnlessWoken(null);
        continue;
      }
      const worked = await follow(from);
      from = undefined;
      if (document.hidden) continue;
      if (!worked) await update(topics());
      failures = worked ? 0 : failures + 1;
      await waitUnlessWoken(withJitter(Math.min(pollEveryMs, 1_000 * 2 ** failures)));
    }
  }
  // What the stream makes the page read would delay the page's own style sheet and scripts.
  const start = () => topics().length > 0 && void keepFollowing();
  if (document.readyState === 'complete') start();
  else addEventListener('load', start, { once: true });
}
