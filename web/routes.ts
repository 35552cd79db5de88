import { accessHandlers } from './access/handlers.ts';
import { backChannelLogout } from './access/provider/back-channel.ts';
import { bulkHandlers } from './bulk/handlers.ts';
import { directoryHandlers } from './directory/handlers.ts';
import { healthProbes } from './http/health.ts';
import { get, post, type Route } from './http/routing.ts';
import type { Services } from './http/services.ts';
import { mappingPages } from './imports/columns/mapping-pages.ts';
import { importPages } from './imports/imports.ts';
import { inventoryHandlers } from './inventory/handlers.ts';
import { liveHandlers } from './live/handlers.ts';
import { mailHandlers } from './mail/handlers.ts';
import { unsubscriptionPages } from './mail/unsubscription.ts';
import { meHandlers } from './me/handlers.ts';
import { offboardingHandlers } from './offboarding/handlers.ts';
import { erasurePages } from './people/erasure.ts';
import { mergePages } from './people/merge.ts';
import { userPages } from './people/users.ts';
import { searchPages } from './search/search.ts';
import { webhookHandlers } from './webhooks/handlers.ts';
import { workspaceHandlers } from './workspace/handlers.ts';

/** The health probes, before the session middleware. */
export function probes(services: Services): Route[] {
  const probe = healthProbes(services);
  return [get('/health', 'anyone', probe.health), get('/ready', 'anyone', probe.ready)];
}

/** The links in mails, before the session and CSRF middleware, because mail programs post to them (RFC 8058). */
export function mailLinkRoutes(services: Services): Route[] {
  const unsubscription = unsubscriptionPages(services);
  return [
    get('/unsubscribe/:token', 'anyone', unsubscription.new),
    post('/unsubscribe/:token', 'anyone', unsubscription.create),
  ];
}

/** What the identity provider calls itself, before the session and CSRF middleware, because its token proves the caller. */
export const providerCalls = (services: Services): Route[] => [
  post('/sign-in/oidc/backchannel', 'anyone', backChannelLogout(services)),
];

/** Every route of the console: method, path, permission, handler, and the page that shows a refusal. */
export async function consoleRoutes(services: Services): Promise<Route[]> {
  const { queue, done, offboarding, completion, handling } = offboardingHandlers(services);
  const { assets, assignments, corrections, licenses, seats, revocation, requests, resolutions, undo } =
    inventoryHandlers(services);
  const { revocations, rejections, recoveries, reminders, reports } = bulkHandlers(services);
  const imports = importPages(services);
  const mappings = mappingPages(services);
  const users = userPages(services);
  const erasure = erasurePages(services);
  const merge = mergePages(services);
  const { session, provider, signInSettings, access, invitations, tokens } = await accessHandlers(services);
  const { me, password, otherSessions, mailPreferences, shortcuts } = await meHandlers(services);
  const { notifications, mails } = mailHandlers(services);
  const { live } = liveHandlers(services);
  const { endpoints, deliveries } = webhookHandlers(services);
  const { workspace, audit, duplicates } = workspaceHandlers(services);
  const { directory, held, questions } = directoryHandlers(services);
  const search = searchPages(services);

  return [
    get('/', 'own-page', me.home),
    get('/sign-in', 'anyone', session.new),
    post('/session', 'anyone', session.create, session.new),
    post('/session/end', 'anyone', session.destroy),
    get('/sign-in/oidc', 'anyone', provider.begin),
    get('/sign-in/oidc/callback', 'anyone', provider.finish),
    get('/sign-in/oidc/logout', 'anyone', session.endedAtProvider),

    get('/me', 'own-page', me.show),
    get('/notifications', 'own-page', notifications.index),
    get('/notifications/unread', 'own-page', live.unread),
    post('/notifications/reading', 'own-page', notifications.markRead),
    // Sends only the topics that the reader may follow.
    get('/live', 'own-page', live.stream),

    get('/offboarding', 'offboard', queue.index),
    get('/offboarding/done', 'offboard', done.index),
    post('/offboarding/look-ahead', 'offboard', queue.chooseLookAhead),
    get('/offboarding/reminders', 'offboard', reminders.new),
    post('/offboarding/reminders', 'offboard', reminders.create, reminders.new),
    get('/offboarding/:userId', 'offboard', offboarding.show),
    get('/offboarding/:userId/answer', 'offboard', offboarding.answer),
    get('/offboarding/:userId/visitors', 'offboard', live.visitors),
    get('/offboarding/:userId/completion', 'offboard', completion.new, offboarding.show),
    post('/offboarding/:userId/completion', 'offboard', completion.create, offboarding.show),
    post('/offboarding/:userId/owner', 'offboard', handling.changeOwner, handling.refused),
    post('/offboarding/:userId/notes', 'offboard', handling.addNote, handling.refused),
    post('/offboarding/:userId/notes/:noteId/removal', 'offboard', handling.removeNote, handling.refused),
    post('/offboarding/:userId/waiting', 'offboard', handling.setWaiting, handling.refused),
    post('/offboarding/:userId/waiting/ending', 'offboard', handling.endWaiting, handling.refused),
    post('/offboarding/:userId/retry', 'offboard', completion.retry, offboarding.show),
    post('/offboarding/:userId/cancellation', 'manage-people', offboarding.cancel, offboarding.show),
    get('/offboarding/:userId/revocations', 'offboard', revocations.new),
    post('/offboarding/:userId/revocations', 'offboard', revocations.create, revocations.new),
    get('/offboarding/:userId/rejections', 'offboard', rejections.new),
    post('/offboarding/:userId/rejections', 'offboard', rejections.create, rejections.new),
    get('/bulk/:bulkId', 'offboard', reports.show),
    post('/seats/:seatId/revocation', 'offboard', revocation.create),
    post('/seats/:seatId/revocation/undo', 'offboard', undo.revocation('undo'), undo.licenseOfSeat),
    post(
      '/seats/:seatId/revocation/correction',
      'offboard',
      undo.revocation('correction'),
      undo.licenseOfSeat,
    ),

    get('/search', 'read-people', search.index),
    get('/search/suggestions', 'read-people', search.suggest),
    get('/audit', 'read-audit', audit.index),
    get('/duplicates', 'manage-people', duplicates.index),

    get('/assets', 'manage-inventory', assets.index),
    get('/assets/new', 'manage-inventory', assets.new),
    post('/assets', 'manage-inventory', assets.create, assets.new),
    get('/assets/recovery', 'offboard', recoveries.new),
    post('/assets/recovery', 'offboard', recoveries.create, recoveries.new),
    get('/assets/:assetId', 'offboard', assets.show),
    get('/assets/:assetId/edit', 'manage-inventory', assets.edit),
    post('/assets/:assetId', 'manage-inventory', assets.update, assets.edit),
    post('/assets/:assetId/assignment', 'manage-inventory', assignments.create, assets.show),
    post('/assets/:assetId/assignment/undo', 'manage-inventory', undo.assignment('undo'), assets.show),
    post(
      '/assets/:assetId/assignment/correction',
      'manage-inventory',
      undo.assignment('correction'),
      assets.show,
    ),
    post('/assets/:assetId/recovery', 'offboard', assignments.recover, assets.show),
    post('/assets/:assetId/recovery/undo', 'offboard', undo.recovery, assets.show),
    post('/assets/:assetId/recovery/correction', 'offboard', corrections.create, assets.show),

    get('/licenses', 'manage-inventory', licenses.index),
    get('/licenses/new', 'manage-inventory', licenses.new),
    post('/licenses', 'manage-inventory', licenses.create, licenses.new),
    get('/licenses/:licenseId', 'manage-inventory', licenses.show),
    get('/licenses/:licenseId/edit', 'manage-inventory', licenses.edit),
    post('/licenses/:licenseId', 'manage-inventory', licenses.update, licenses.edit),
    post('/licenses/:licenseId/seats', 'manage-inventory', seats.create, licenses.show),

    get('/requests', 'manage-inventory', requests.index),
    get('/requests/new', 'manage-inventory', requests.new),
    post('/requests', 'manage-inventory', requests.create, requests.new),
    get('/requests/:requestId', 'offboard', requests.show),
    post('/requests/:requestId/approval', 'offboard', resolutions.approve),
    post('/requests/:requestId/resolution', 'offboard', resolutions.resolve, resolutions.unresolved),
    post('/requests/:requestId/resolution/undo', 'offboard', undo.resolution('undo'), requests.show),
    post(
      '/requests/:requestId/resolution/correction',
      'offboard',
      undo.resolution('correction'),
      requests.show,
    ),

    get('/imports', 'manage-inventory', imports.index),
    get('/imports/users/new', 'manage-people', imports.new('users')),
    get('/imports/users/example.csv', 'manage-people', imports.example('users')),
    post('/imports/users', 'manage-people', imports.create('users'), imports.new('users')),
    get('/imports/assets/new', 'manage-inventory', imports.new('assets')),
    get('/imports/assets/example.csv', 'manage-inventory', imports.example('assets')),
    post('/imports/assets', 'manage-inventory', imports.create('assets'), imports.new('assets')),
    get('/imports/licenses/new', 'manage-inventory', imports.new('licenses')),
    get('/imports/licenses/example.csv', 'manage-inventory', imports.example('licenses')),
    post('/imports/licenses', 'manage-inventory', imports.create('licenses'), imports.new('licenses')),
    // Each handler also checks the permission for the file's kind.
    get('/imports/mappings', 'manage-inventory', mappings.index),
    post('/imports/mappings/:mappingId/removal', 'manage-inventory', mappings.remove),
    get('/imports/:importId/columns', 'manage-inventory', mappings.show),
    post('/imports/:importId/columns', 'manage-inventory', mappings.update, mappings.show),
    get('/imports/:importId', 'manage-inventory', imports.show),
    get('/imports/:importId/errors.csv', 'manage-inventory', imports.errors),
    post('/imports/:importId/start', 'manage-inventory', imports.start, imports.show),
    post('/imports/:importId/cancellation', 'manage-inventory', imports.cancel),

    get('/users', 'read-people', users.index),
    get('/users/new', 'manage-people', users.new),
    get('/users/suggestions', 'read-people', users.suggest),
    post('/users', 'manage-people', users.create, users.new),
    get('/users/:userId', 'read-people', users.show),
    get('/users/:userId/edit', 'manage-people', users.edit),
    post('/users/:userId', 'manage-people', users.update, users.edit),
    post('/users/:userId/end-date', 'manage-people', users.updateEndDate, users.show),
    post('/users/:userId/invitation', 'manage-access', access.invite, users.show),
    post('/users/:userId/role', 'manage-access', access.updateRole, users.show),
    post('/users/:userId/sessions/ending', 'manage-access', access.destroySessions),
    post('/users/:userId/account/unlinking', 'manage-access', access.unlinkAccount, users.show),
    get('/users/:userId/erasure', 'erase-people', erasure.new, users.show),
    post('/users/:userId/erasure', 'erase-people', erasure.create, users.show),
    get('/users/:userId/merge', 'manage-people', merge.new),
    post('/users/:userId/merge', 'manage-people', merge.create, merge.new),
    get('/invitation/:token', 'anyone', invitations.show),
    post('/invitation/:token', 'anyone', invitations.accept, invitations.show),
    post('/me/password', 'own-page', password.update, me.show),
    post('/me/sessions/ending', 'own-page', otherSessions.destroyAll),
    post('/me/sessions/:sessionKey/ending', 'own-page', otherSessions.destroy),
    post('/me/mail', 'own-page', mailPreferences.update),
    post('/me/shortcuts', 'own-page', shortcuts.update),
    post('/mails/:mailId/replay', 'offboard', mails.replay),

    get('/settings/sign-in', 'manage-workspace', signInSettings.show),
    post('/settings/sign-in/connection-test', 'manage-workspace', signInSettings.test),
    // Leads to the provider, whose answer comes to the callback above.
    get('/settings/sign-in/test', 'manage-workspace', provider.beginTest),
    get('/settings/sign-in/refusals', 'manage-workspace', signInSettings.refusals),
    get('/settings/sign-in/people', 'manage-workspace', signInSettings.people),
    get('/settings/tokens', 'manage-workspace', tokens.index),
    get('/settings/tokens/new', 'manage-workspace', tokens.new),
    post('/settings/tokens', 'manage-workspace', tokens.create, tokens.new),
    get('/settings/tokens/:tokenId/edit', 'manage-workspace', tokens.edit),
    post('/settings/tokens/:tokenId', 'manage-workspace', tokens.update, tokens.edit),
    post('/settings/tokens/:tokenId/continuation', 'manage-workspace', tokens.continue, tokens.edit),
    post('/settings/tokens/:tokenId/revocation', 'manage-workspace', tokens.revoke),
    get('/settings/webhooks', 'manage-workspace', endpoints.index),
    get('/settings/webhooks/new', 'manage-workspace', endpoints.new),
    post('/settings/webhooks', 'manage-workspace', endpoints.create, endpoints.new),
    get('/settings/webhooks/:endpointId/edit', 'manage-workspace', endpoints.edit),
    post('/settings/webhooks/:endpointId', 'manage-workspace', endpoints.update, endpoints.edit),
    post('/settings/webhooks/:endpointId/pause', 'manage-workspace', endpoints.pause),
    post('/settings/webhooks/:endpointId/resumption', 'manage-workspace', endpoints.resume),
    post(
      '/settings/webhooks/:endpointId/secret',
      'manage-workspace',
      endpoints.rotateSecret,
      endpoints.index,
    ),
    post('/settings/webhooks/:endpointId/test', 'manage-workspace', endpoints.test),
    post('/settings/webhooks/:endpointId/removal', 'manage-workspace', endpoints.destroy),
    get('/settings/webhooks/:endpointId/deliveries', 'manage-workspace', deliveries.index),
    post(
      '/settings/webhooks/:endpointId/replay',
      'manage-workspace',
      deliveries.replayMissed,
      deliveries.index,
    ),
    get('/settings/webhooks/:endpointId/deliveries/:deliveryId', 'manage-workspace', deliveries.show),
    post(
      '/settings/webhooks/:endpointId/deliveries/:deliveryId/try',
      'manage-workspace',
      deliveries.tryNow,
      deliveries.show,
    ),
    post(
      '/settings/webhooks/:endpointId/deliveries/:deliveryId/replay',
      'manage-workspace',
      deliveries.replay,
      deliveries.show,
    ),
    get('/settings/directory', 'manage-workspace', directory.show),
    post('/settings/directory/limit', 'manage-workspace', directory.updateLimit, directory.show),
    post('/settings/directory/held/release', 'manage-workspace', held.release, directory.show),
    post('/settings/directory/held/dismissal', 'manage-workspace', held.dismiss, directory.show),
    post(
      '/settings/directory/questions/:questionId/person',
      'manage-workspace',
      questions.decideWho,
      directory.show,
    ),
    post(
      '/settings/directory/questions/:questionId/email',
      'manage-workspace',
      questions.decideEmail,
      directory.show,
    ),
    get('/settings/workspace', 'manage-workspace', workspace.show),
    post('/settings/workspace', 'manage-workspace', workspace.update, workspace.show),
    post('/settings/workspace/imports', 'manage-workspace', workspace.updateImports, workspace.show),
    post('/settings/workspace/token-limit', 'manage-workspace', workspace.updateTokenLimit, workspace.show),
    post('/settings/workspace/erasure', 'manage-workspace', workspace.updateErasure, workspace.show),
    post('/settings/workspace/reminders', 'manage-workspace', workspace.updateReminders, workspace.show),
  ];
}
