import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { plural } from '../../domain/wording/plural.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** The sentence of an action that names what it is about. */
interface AuditEvent {
  /** The details in the sentence; the others follow as details. */
  uses: readonly string[];
  /** The words after the actor. `person` is the name of the person it is about. */
  words: (details: AuditDetails, person: string) => string;
}

const asset = (words: (tag: string, person: string) => string): AuditEvent => ({
  uses: ['tag'],
  words: ({ tag }, person) => words(String(tag), person),
});

const license = (words: (name: string, person: string) => string): AuditEvent => ({
  uses: ['license'],
  words: ({ license: name }, person) => words(String(name), person),
});

const token = (verb: string, rest = ''): AuditEvent => ({
  uses: ['name'],
  words: ({ name }) => `${verb} the API token ${name}${rest}`,
});

const group = (words: (name: string, person: string) => string): AuditEvent => ({
  uses: ['group'],
  words: ({ group: name }, person) => words(String(name), person),
});

const endpoint = (verb: string, rest = ''): AuditEvent => ({
  uses: ['url'],
  words: ({ url }) => `${verb} the webhook endpoint ${helpers.host(String(url))}${rest}`,
});

const endDate: AuditEvent = {
  uses: ['from', 'to'],
  words: ({ from, to }) => {
    const [before, after] = [from, to].map((date) => helpers.date(date as string | null));
    if (!from) return `set the end date to ${after}`;
    return to ? `moved the end date from ${before} to ${after}` : `removed the end date (was ${before})`;
  },
};

const newWord = (what: string): AuditEvent => ({
  uses: ['from', 'to'],
  words: ({ from, to }) => `changed the ${what} from ${shown(from)} to ${shown(to)}`,
});

const shown = (word: AuditDetails[string] | undefined) => helpers.words(String(word ?? ''));

const afterRecovery: Record<string, string> = {
  in_stock: 'back in stock',
  in_repair: 'sent to repair',
  retired: 'retired',
};

const recovery: AuditEvent = {
  uses: ['tag', 'condition', 'nextStatus'],
  words: ({ tag, condition, nextStatus }, person) =>
    [`recovered ${tag} from ${person}`, condition, afterRecovery[String(nextStatus)]]
      .filter(Boolean)
      .join(', '),
};

const resolution: AuditEvent = {
  uses: ['item', 'outcome', 'tag'],
  words: ({ item, outcome, tag }) => `${outcome} the request “${item}”${tag ? ` with ${tag}` : ''}`,
};

const itemName = ({ tag, license: name, item }: AuditDetails) =>
  tag ?? (name ? `the ${name} seat` : `the request “${item}”`);

const waitingSet: AuditEvent = {
  uses: ['tag', 'license', 'item', 'until'],
  words: (details) => `put ${itemName(details)} on hold until ${helpers.date(String(details.until))}`,
};

const importEnds: Record<string, string> = { done: 'finished', failed: 'stopped', cancelled: 'cancelled' };

const importEnd: AuditEvent = {
  uses: ['kind', 'state', 'managersPending'],
  words: ({ kind, state, managersPending }) => {
    const pending = Number(managersPending ?? 0);
    const rest = pending > 0 ? `; ${plural(pending, 'person has', 'people have')} no manager yet` : '';
    return `${importEnds[String(state)] ?? 'ended'} ${importOf(kind)}${rest}`;
  },
};

const kindNames: Record<string, string> = { users: 'people', assets: 'asset', licenses: 'license' };

const kindName = (kind: AuditDetails[string] | undefined) => kindNames[String(kind)] ?? String(kind);

/** The file with its kind: `a people import`, `an asset import`. */
const importOf = (kind: AuditDetails[string] | undefined) =>
  `${kind === 'assets' ? 'an' : 'a'} ${kindName(kind)} import`;

const anImport = (verb: string): AuditEvent => ({
  uses: ['kind'],
  words: ({ kind }) => `${verb} ${importOf(kind)}`,
});

/** The actions with a sentence of their own. The others have the words of `auditActions`. */
export const auditEvents: Partial<Record<AuditAction, AuditEvent>> = {
  'user.end_date_changed': endDate,
  'user.status_changed': newWord('status'),
  'user.role_changed': newWord('role'),
  'user.mails_chosen': {
    uses: ['unwanted'],
    words: ({ unwanted }) =>
      unwanted === 'none' ? 'turned on all emails' : `turned off emails: ${unwanted}`,
  },
  'user.sessions_ended': {
    uses: ['sessions'],
    words: ({ sessions }) => `signed out ${plural(Number(sessions), 'session')}`,
  },
  'user.account_unlinked': {
    uses: ['issuer'],
    words: (_, person) => `unlinked ${person}'s account at the identity provider`,
  },
  'account.updated': {
    uses: ['attributes'],
    words: ({ attributes }) => `changed the directory account: ${(attributes as string[]).join(', ')}`,
  },
  'account.activated': {
    uses: ['isCancelled'],
    words: ({ isCancelled }, person) =>
      `made ${person} active in the directory${isCancelled ? ', which cancels the offboarding' : ''}`,
  },
  'account.deactivated': { uses: [], words: (_, person) => `made ${person} inactive in the directory` },
  'account.held': {
    uses: ['reason'],
    words: ({ reason }, person) =>
      reason === 'limit'
        ? `exceeded the directory limit, so ${person}'s offboarding waits for a super admin`
        : `left ${person} with access, because they are the last super admin`,
  },
  'account.released': {
    uses: ['reason'],
    words: (_, person) => `confirmed that the directory deactivated ${person}`,
  },
  'account.dismissed': {
    uses: ['reason'],
    words: (_, person) => `decided not to start offboarding after the directory deactivated ${person}`,
  },
  'account.decided': {
    uses: ['questionId', 'question', 'isAccepted'],
    words: ({ question, isAccepted }, person) => {
      if (question === 'address')
        return `${isAccepted ? 'accepted' : 'declined'} the email from the directory`;
      return isAccepted
        ? `decided that a directory account belongs to ${person}`
        : 'decided that a directory account belongs to a new person';
    },
  },
  'asset.created': asset((tag) => `added ${tag}`),
  'asset.updated': asset((tag) => `edited ${tag}`),
  'asset.assigned': asset((tag, person) => `assigned ${tag} to ${person}`),
  'asset.assignment_undone': asset((tag, person) => `undid the assignment of ${tag} to ${person}`),
  'asset.recovered': recovery,
  'asset.lost': {
    uses: ['tag', 'condition', 'nextStatus'],
    words: ({ tag }, person) => `marked ${tag}, assigned to ${person}, as lost`,
  },
  'asset.recovery_undone': asset((tag, person) => `undid the recovery of ${tag} from ${person}`),
  'asset.recovery_corrected': asset(
    (tag, person) => `undid the recovery of ${tag} from ${person}, after completion`,
  ),
  'license.created': { uses: ['name'], words: ({ name }) => `added the license ${name}` },
  'license.updated': license((name) => `edited the license ${name}`),
  'seat.assigned': license((name, person) => `assigned a seat for ${name} to ${person}`),
  'seat.revoked': license((name, person) => `revoked ${person}'s ${name} seat`),
  'seat.revocation_undone': license((name, person) => `undid the revocation of ${person}'s ${name} seat`),
  'request.created': { uses: ['item'], words: ({ item }) => `requested “${item}”` },
  'request.approved': { uses: ['item'], words: ({ item }) => `approved the request “${item}”` },
  'request.resolved': resolution,
  'request.resolution_undone': { uses: ['item'], words: ({ item }) => `reopened the request “${item}”` },
  'item.waiting_set': waitingSet,
  'item.waiting_ended': {
    uses: ['tag', 'license', 'item'],
    words: (details) => `took ${itemName(details)} off hold`,
  },
  'import.started': {
    uses: ['kind', 'lines'],
    words: ({ kind, lines }) => `started ${importOf(kind)} with ${plural(Number(lines), 'line')}`,
  },
  'import.cancelled': anImport('cancelled'),
  'import.ended': importEnd,
  'columns.mapped': anImport('mapped columns for'),
  'columns.forgotten': {
    uses: ['kind'],
    words: ({ kind }) => `removed saved columns for ${kindName(kind)} imports`,
  },
  'webhook.created': endpoint('added'),
  'webhook.updated': {
    uses: ['url', 'state'],
    words: ({ url, state }) => {
      const verb = state === 'paused' ? 'paused' : state === 'active' ? 'turned on' : 'edited';
      return endpoint(verb).words({ url: url ?? '' }, '');
    },
  },
  'webhook.deleted': endpoint('removed'),
  'webhook.disabled': endpoint('disabled'),
  'webhook.secret_rotated': endpoint('rotated the secret for'),
  'webhook.tested': endpoint('sent a test to'),
  'webhook.replayed': {
    uses: ['url', 'deliveries'],
    words: ({ url, deliveries }) =>
      `sent ${plural(Number(deliveries), 'event')} again to ${helpers.host(String(url))}`,
  },
  'group.created': group((name) => `added the group ${name}`),
  'group.updated': group((name) => `edited the group ${name}`),
  'group.deleted': group((name) => `deleted the group ${name}`),
  'group.member_added': group((name, person) => `added ${person} to the group ${name}`),
  'group.member_removed': group((name, person) => `removed ${person} from the group ${name}`),
  'token.created': token('created'),
  'token.updated': token('edited'),
  'token.continued': token('let', ' exceed its limit'),
  'token.revoked': token('revoked'),
};
