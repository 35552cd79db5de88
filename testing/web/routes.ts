import type { Express, Router } from 'express';

/** Where the API's own router is mounted: Express does not say it. */
const apiPrefix = '/api/v1';

/** A layer of Express's router, as far as we look into it. */
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/**
 * Every route of the running app, as `GET /users/:userId`, in the order they are asked. Taken from Express itself,
 * so that none can be left out; only files below /public are no routes.
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
