/** For a test of a guarantee: what breaks once is broken, so it gets no second try. */
export const once = { retry: 0 };
