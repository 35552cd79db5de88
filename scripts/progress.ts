import type { WriteStream } from 'node:tty';

/** Shows the progress of a long task. */
export interface Progress {
  /** Starts a step of `total` items and ends the step before it. */
  begin: (what: string, total: number) => void;
  add: (count: number) => void;
  end: () => void;
}

/** Shows a progress bar on a terminal, else one line for each finished step. */
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
