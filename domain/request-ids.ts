/** Whether a value is a request id. It must be a UUID, because it is logged and sent to Temporal without redaction. */
export const isRequestId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
