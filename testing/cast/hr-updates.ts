/** An update of one user by an HR system. */
export interface HrUpdate {
  method: 'PATCH' | 'PUT';
  body: Record<string, string | null>;
  /** The idempotency key, if any. */
  key?: string;
}

/** The fields that a PUT must contain. */
const whole = (name: string, email: string) => ({ name, email });

/**
 * Makes `count` updates of one user in random order, many of them repeated, some with a key. The same
 * seed makes the same updates. The end date moves but is never cleared.
 */
export function scrambledHrUpdates(
  count: number,
  seed: number,
  { email, managers }: { email: string; managers: string[] },
): HrUpdate[] {
  const { chance, below, of } = dice(seed);
  const values: Record<string, () => string | null> = {
    endDate: () => `20${20 + below(20)}-0${1 + below(9)}-1${below(10)}`,
    department: () => of([null, 'Sales', 'Legal', 'Engineering']),
    jobTitle: () => of([null, 'Lead', 'Rep', `Title ${below(5)}`]),
    managerExternalId: () => of([null, ...managers]),
    timeZone: () => of([null, 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin']),
    name: () => `Name ${below(6)}`,
  };

  function makeUpdate(number: number): HrUpdate {
    const fields = Object.keys(values).filter(() => chance(0.4));
    const body = Object.fromEntries(fields.map((field) => [field, values[field]!()]));
    const sourceUpdatedAt = new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString();
    const key = chance(0.3) ? { key: `update-${number}` } : {};
    if (chance(0.8)) return { method: 'PATCH', body: { ...body, sourceUpdatedAt }, ...key };
    const named = { ...whole(`Name ${below(6)}`, email), endDate: values.endDate!(), sourceUpdatedAt };
    return { method: 'PUT', body: { ...body, ...named }, ...key };
  }

  const once = Array.from({ length: Math.ceil(count * 0.6) }, (_, number) => makeUpdate(number));
  const doubled = Array.from({ length: count - once.length }, () => of(once));
  return [...once, ...doubled]
    .map((update) => ({ update, place: below(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ update }) => update);
}

/** The expected final value of every field: the latest one by source time. */
export function newestOf(updates: HrUpdate[]): Record<string, string | null> {
  const emptied = { department: null, jobTitle: null, managerExternalId: null, timeZone: null };
  const inOrder = updates.toSorted((a, b) => (a.body.sourceUpdatedAt! < b.body.sourceUpdatedAt! ? -1 : 1));
  const { sourceUpdatedAt: _, ...newest } = Object.assign(
    {},
    ...inOrder.map(({ method, body }) => (method === 'PUT' ? { ...emptied, ...body } : body)),
  );
  return newest;
}

/** Random numbers that can be repeated (mulberry32). */
function dice(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (probability: number) => next() < probability,
    of: <T>(choices: readonly T[]): T => choices[below(choices.length)]!,
  };
}
