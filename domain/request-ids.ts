/** The id of a request, in logs and in what the engine is told: a UUID, which is short and cannot hold a name. */
export const isRequestId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
