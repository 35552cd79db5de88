import type { Express, Router } from 'express';

/** The path of the API's router, which Express does not reveal. */
const apiPrefix = '/api/v1';

/** A layer of Express's router, as far as we use it. */
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/**
 * Every route of the running app, as `GET /users/:userId`, in matching order. It is read from Express,
 * so that no route is missing. Files below /public are not routes.
 */
export function routesOf(app: Express): string[] {
  const { stack } = app.router as Router as unknown as { stack: Layer[] };
  return stack.flatMap((layer) =>
    layer.route === undefined ? (layer.handle.stack ?? []).flatMap(named(apiPrefix)) : named('')(layer),
  );
}

const named =
  (prefix: string) =>
  ({ route }: Layer): string[] =>
    route === undefined
      ? []
      : Object.keys(route.methods)
          .filter((method) => method !== '_all')
          .map((method) => `${method.toUpperCase()} ${prefix}${route.path}`);
