// biome-ignore lint/suspicious/noExplicitAny: a call may have any arguments
type Calls = Record<string, (...args: any[]) => Promise<unknown>>;

/** Called after every call with its name, its outcome (`answered` or a class of errors) and its duration. */
export type CallObserver = (call: string, outcome: string, seconds: number) => void;

/** Times each of the calls. `outcomeOfError` maps an error to one of a few names, because it becomes a label. */
export function timed<T extends Calls>(
  calls: T,
  observe: CallObserver,
  outcomeOfError: (error: unknown) => string,
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
        observe(name, outcomeOfError(error), seconds());
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, timedCall(name, call)])) as T;
}
