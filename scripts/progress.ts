import type { WriteStream } from 'node:tty';

/** Shows how far something is. */
export interface Progress {
  /** Something new begins, of which there are so many; what was before is done. */
  begin: (what: string, total: number) => void;
  add: (count: number) => void;
  end: () => void;
}

/** A bar that fills on a terminal; on anything else a line for each thing that is done. */
export function showProgress(
  out: Pick<WriteStream, 'write'> & { isTTY?: boolean } = process.stdout,
  clock: () => number = performance.now.bind(performance),
): Progress {
  let what = '';
  let total = 0;
  let done = 0;
  let began = clock();
  let shown = -1;

  const percent = () => (total === 0 ? 100 : Math.floor((done / total) * 100));
  const summary = () => `${what}: ${done} in ${((clock() - began) / 1000).toFixed(1)} s`;

  function finish() {
    if (what === '') return;
    out.write(out.isTTY ? `${clearLine}${summary()}\n` : `${summary()}\n`);
    what = '';
  }

  return {
    begin(next, count) {
      finish();
      [what, total, done, began, shown] = [next, count, 0, clock(), -1];
    },
    add(count) {
      done += count;
      if (!out.isTTY || percent() === shown) return;
      shown = percent();
      out.write(`${clearLine}${bar(shown)} ${String(shown).padStart(3)} % ${what}`);
    },
    end: finish,
  };
}

const clearLine = '\r\u001b[K';
const width = 30;

function bar(percent: number): string {
  const full = Math.round((percent / 100) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
