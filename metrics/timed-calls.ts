// biome-ignore lint/suspicious/noExplicitAny: the arguments of a call are its own business
type Calls = Record<string, (...args: any[]) => Promise<unknown>>;

/** Told of every call: its name, `answered` or why not, and how long it took. */
export type CallObserver = (call: string, outcome: string, seconds: number) => void;

/** The same calls, each of them timed; `whyNot` names the errors of one that failed, by few names. */
export function timed<T extends Calls>(
  calls: T,
  observe: CallObserver,
  whyNot: (error: unknown) => string,
): T {
  const timedCall =
    (name: string, call: Calls[string]): Calls[string] =>
    async (...args) => {
      const startedAt = performance.now();
      const seconds = () => (performance.now() - startedAt) / 1000;
      try {
        const answer = await call(...args);
        observe(name, 'answered', seconds());
        return answer;
      } catch (error) {
        observe(name, whyNot(error), seconds());
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, timedCall(name, call)])) as T;
}
