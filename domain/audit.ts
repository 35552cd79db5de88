/** Every action of the audit trail, with its words. The comment beside each lists its `details`. */
export const auditActions = {
  'user.created': 'added the person',
  'user.updated': 'edited the person',
  'user.end_date_changed': 'changed the end date', // from, to
  'user.manager_changed': 'changed the manager', // from, to
  'user.manager_cleared': 'removed the manager', // formerManagerId, offboardingId
  'user.status_changed': 'changed the status', // from, to
  'user.role_changed': 'changed the role', // from, to
  'user.invited': 'created an invitation or reset link',
  'user.sign_in_link_made': 'created a sign-in link',
  'user.password_set': 'set a password',
  'user.signed_in': 'signed in',
  'user.sign_in_failed': 'failed to sign in',
  'user.mails_chosen': 'changed email preferences', // unwanted
  'user.signed_out': 'signed out',
  'user.sessions_ended': 'signed out sessions', // sessions
  'user.account_unlinked': 'unlinked the account at the identity provider', // issuer
  'user.merged': 'merged the person into another record', // keptUserId, externalId, email, role, endDate
  'user.merged_in': 'merged another record into the person', // mergedUserId, externalId, email, hardware, seats, seatsFreed, requests, reports
  'user.erased': 'erased the personal data',
  'user.offboarded': 'marked the person as offboarded', // offboardingId, endDate, reports
  'account.created': 'linked the person to the directory', // accountId
  'account.updated': 'changed the directory account', // attributes
  'account.deactivated': 'made the person inactive in the directory',
  'account.activated': 'made the person active in the directory', // isCancelled
  'account.deleted': 'deleted the directory account', // accountId
  'account.held': 'exceeded a limit, so the offboarding waits', // reason
  'account.released': 'confirmed the deactivation', // reason
  'account.dismissed': 'dismissed the deactivation', // reason
  'account.decided': 'answered a question from the directory', // questionId, question, isAccepted
  'user.access_restored': 'restored the access that the directory had ended',
  'offboarding.opened': 'started the offboarding', // offboardingId
  'offboarding.cancelled': 'cancelled the offboarding', // offboardingId; cause
  'offboarding.owner_changed': 'changed the owner', // offboardingId, from, to
  'offboarding.owner_cleared': 'removed the owner', // offboardingId, formerOwnerId
  'note.added': 'added a note', // noteId
  'note.removed': 'removed a note', // noteId
  'item.waiting_set': 'put an item on hold', // tag, license or item; until
  'item.waiting_ended': 'took an item off hold', // tag, license or item
  'offboarding.reminded': 'sent a reminder', // offboardingId, days
  'asset.created': 'added the asset',
  'asset.updated': 'edited the asset',
  'asset.assigned': 'assigned the asset', // assetId, tag, assignmentId
  'asset.assignment_undone': 'undid the assignment', // assetId, tag, assignmentId
  'asset.recovered': 'recovered the asset', // assetId, tag, assignmentId, condition, nextStatus, note; location, correctionId
  'asset.lost': 'marked the asset as lost', // as recovered
  'asset.recovery_undone': 'undid the recovery', // assetId, tag, assignmentId
  'asset.recovery_corrected': 'undid the recovery after completion', // assetId, tag, assignmentId, correctionId
  'license.created': 'added the license',
  'license.updated': 'edited the license',
  'seat.assigned': 'assigned the seat', // seatId, licenseId, license
  'seat.revoked': 'revoked the seat', // seatId, licenseId, license; updateId
  'seat.revocation_undone': 'undid the revocation', // seatId, licenseId, license
  'request.created': 'created the request', // requestId, item
  'request.approved': 'approved the request', // requestId, item
  'request.resolved': 'closed the request', // requestId, item, outcome, note; assetId, tag, assignmentId
  'request.resolution_undone': 'reopened the request', // requestId, item
  'mail.replayed': 'sent the email again', // mailId, mail
  'import.started': 'started the import', // importId, kind, lines
  'import.cancelled': 'cancelled the import', // importId, kind
  'import.ended': 'ended the import', // importId, kind, state, created, changed, unchanged, failed
  'columns.mapped': 'mapped columns for an import', // importId, kind, columns
  'columns.forgotten': 'removed saved columns', // kind, columns
  'webhook.created': 'added the webhook endpoint', // endpointId, url
  'webhook.updated': 'edited the webhook endpoint',
  'webhook.deleted': 'removed the webhook endpoint',
  'webhook.disabled': 'disabled the webhook endpoint', // endpointId, url, reason, deliveries
  'webhook.secret_rotated': "rotated the webhook endpoint's secret", // endpointId, url
  'webhook.tested': 'sent a test to the webhook endpoint', // endpointId, url
  'webhook.replayed': 'sent webhooks again', // endpointId, url, deliveries; since
  'group.created': 'added the group', // groupId, group
  'group.updated': 'edited the group', // groupId, group
  'group.deleted': 'deleted the group', // groupId, group
  'group.member_added': 'added the person to a group', // groupId, group
  'group.member_removed': 'removed the person from a group', // groupId, group
  'token.created': 'created the API token', // tokenId, name, scopes
  'token.updated': 'edited the API token', // tokenId, name, scopes
  'token.continued': 'let the API token exceed its limit', // tokenId, name, until
  'token.revoked': 'revoked the API token', // tokenId, name
  'workspace.updated': 'changed the workspace settings',
} as const;
export type AuditAction = keyof typeof auditActions;

/** The further facts of an audit entry. */
export type AuditDetails = Record<
  string,
  string | number | boolean | null | readonly string[] | readonly number[]
>;
