import { auditPages } from './handlers/audit.ts';
import { completionPages } from './handlers/completion.ts';
import { healthProbes } from './handlers/health.ts';
import { ownPages } from './handlers/me.ts';
import { notificationPages } from './handlers/notifications.ts';
import { offboardingPages } from './handlers/offboarding.ts';
import { queuePages } from './handlers/queue.ts';
import { revocationPages } from './handlers/revocation.ts';
import { sessionPages } from './handlers/session.ts';
import { get, post, type Route } from './routing.ts';
import type { Services } from './services.ts';

/** For monitors and load balancers; they answer without a session. */
export function probes(services: Services): Route[] {
  const probe = healthProbes(services);
  return [get('/health', 'anyone', probe.health), get('/ready', 'anyone', probe.ready)];
}

/** Every address of the console: method, path, who may, and what answers. */
export async function consoleRoutes(services: Services): Promise<Route[]> {
  const session = await sessionPages(services);
  const own = ownPages(services);
  const queue = queuePages(services);
  const offboarding = offboardingPages(services);
  const completion = completionPages(services);
  const revocation = revocationPages(services);
  const notifications = notificationPages(services);
  const audit = auditPages(services);

  return [
    get('/', 'own-page', own.home),
    get('/sign-in', 'anyone', session.form),
    post('/session', 'anyone', session.start),
    post('/session/end', 'anyone', session.end),

    get('/me', 'own-page', own.show),
    get('/notifications', 'own-page', notifications.list),
    post('/notifications/reading', 'own-page', notifications.markRead),

    get('/offboarding', 'offboard', queue.list),
    get('/offboarding/:userId', 'offboard', offboarding.show),
    get('/offboarding/:userId/answer', 'offboard', offboarding.answer),
    get('/offboarding/:userId/completion', 'offboard', completion.confirm),
    post('/offboarding/:userId/completion', 'offboard', completion.complete),
    post('/offboarding/:userId/retry', 'offboard', completion.retry),
    post('/offboarding/:userId/cancellation', 'manage-people', offboarding.cancel),
    post('/seats/:seatId/revocation', 'offboard', revocation.revoke),

    get('/audit', 'read-audit', audit.list),
  ];
}
