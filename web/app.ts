import compression from 'compression';
import express, { type Express } from 'express';
import { isHttps } from '../config/environment.ts';
import { mountApi } from './api/routes.ts';
import { notFound, showErrors } from './middleware/errors.ts';
import { redirectsForHtmx } from './middleware/htmx-redirects.ts';
import { measureRequests } from './middleware/measuring.ts';
import { logRequests } from './middleware/request-log.ts';
import { neverStored, refuseCrossSite, securityHeaders } from './middleware/security.ts';
import { sessions } from './middleware/session.ts';
import { findSignedIn } from './middleware/signed-in.ts';
import { closeWhenStopping } from './middleware/stopping.ts';
import { workspaceName } from './middleware/workspace-name.ts';
import { consoleRoutes, openDoors, probes } from './routes.ts';
import { mount } from './routing.ts';
import type { Services } from './services.ts';
import { serveStaticFiles } from './static-files.ts';

/** The console and the API, as a function of what they are made of. */
export async function createApp(services: Services): Promise<Express> {
  const app = express();
  // Whoever is answered by Express itself sees no stack.
  app.set('env', 'production');
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('secure cookies', isHttps(services.environment));
  app.set('trust proxy', services.environment.TRUST_PROXY);

  app.use(logRequests(services.log));
  app.use(measureRequests(services.metrics));
  app.use(closeWhenStopping(services.stopping));
  app.use(securityHeaders(services.environment));
  app.use(compression());
  serveStaticFiles(app);
  app.use(neverStored);
  mount(app, probes(services));
  mount(app, openDoors(services));
  mountApi(app, services);
  app.use(redirectsForHtmx);
  app.use(refuseCrossSite(services.environment));
  app.use(express.urlencoded({ extended: false, limit: '100kb', parameterLimit: 200 }));
  app.use(await sessions(services));
  app.use(findSignedIn(services));
  app.use(workspaceName(services));
  mount(app, await consoleRoutes(services));
  app.use(notFound);
  app.use(showErrors(services));
  return app;
}
