import type { Express, Router } from 'express';

/** The paths of the routers of the API and SCIM, in the order of the app. Express does not reveal them. */
const prefixes = ['/api/v1', '/scim/v2'];

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
  const routers = stack.filter(({ handle }) => handle.stack !== undefined);
  return stack.flatMap((layer) => {
    const prefix = prefixes[routers.indexOf(layer)];
    return layer.route === undefined && prefix !== undefined
      ? layer.handle.stack!.flatMap(named(prefix))
      : named('')(layer);
  });
}

const named =
  (prefix: string) =>
  ({ route }: Layer): string[] =>
    route === undefined
      ? []
      : Object.keys(route.methods)
          .filter((method) => method !== '_all')
          .map((method) => `${method.toUpperCase()} ${prefix}${route.path}`);
