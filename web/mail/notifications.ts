import type { RequestHandler } from 'express';
import { z } from 'zod';
import { pageSize } from '../../database/core/pagination.ts';
import {
  markRead,
  type NotificationGroup,
  type NotificationRow,
  notificationsOf,
} from '../../database/mail/notifications.ts';
import { may } from '../../domain/access/permissions.ts';
import { todayIn } from '../../domain/dates.ts';
import { addressOfImport } from '../../domain/imports/imports.ts';
import { isAboutDirectory, notificationText } from '../../domain/wording/notifications.ts';
import { plural } from '../../domain/wording/plural.ts';
import { idField } from '../http/forms/fields.ts';
import { readForm } from '../http/forms/read-form.ts';
import { beforeIdIn } from '../http/forms/request.ts';
import { page } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { type SignedIn, signedIn } from '../http/signed-in.ts';

const reading = z.object({ upTo: idField() });

export const notificationPages = ({ database }: Services) => {
  const index: RequestHandler = async (request, response) => {
    const reader = signedIn(response);
    const before = beforeIdIn(request);
    const groups = await notificationsOf(database.em, reader.id, { before, limit: pageSize + 1 });
    const shown = groups.slice(0, pageSize);
    page(response, 'notifications/index', {
      title: 'Notifications',
      groups: shown.map((group) => forReader(group, reader)),
      older: groups.length > pageSize ? shown.at(-1)!.id : null,
    });
  };

  const markAsRead: RequestHandler = async (request, response) => {
    await markRead(database.em, signedIn(response).id, readForm(reading, request.body).upTo);
    response.redirect(303, '/notifications');
  };

  return { index, markRead: markAsRead };
};

/** A group with the texts and links of its messages, for the reader's role. */
const forReader = (group: NotificationGroup, reader: SignedIn) => ({
  ...group,
  title: titles[group.kind]?.(group.total) ?? null,
  whereTheRestIs: whereTheRestIs(group, reader),
  newest: group.newest.map((row) => ({
    ...row,
    text: notificationText({ ...row, own: isOwn(row, reader) }, todayIn(reader.workspaceZone, new Date())),
    link: linkOf(row, reader),
  })),
});

/** The titles of groups with several messages. */
const titles: Partial<Record<NotificationGroup['kind'], (total: number) => string>> = {
  offboarding_reminder: (total) => `${plural(total, 'reminder')} about people who are leaving`,
  offboarding_ready: (total) => `${plural(total, 'offboarding is', 'offboardings are')} ready to finalize`,
  mail_failed: (total) => `${plural(total, 'email')} couldn't be sent`,
  webhook_failed: (total) => `${plural(total, 'webhook')} couldn't be delivered`,
};

/** The page with the messages of a group that are not shown; null when there is none for the reader. */
function whereTheRestIs({ kind, newest }: NotificationGroup, { role }: SignedIn) {
  if (kind === 'offboarding_reminder' || kind === 'offboarding_ready') {
    return may(role, 'offboard') ? { address: '/offboarding', words: 'see the queue' } : null;
  }
  if (kind !== 'webhook_failed' || !may(role, 'manage-workspace')) return null;
  const [endpointId, another] = new Set(newest.map(({ details }) => details.endpointId));
  const isOne = endpointId !== undefined && another === undefined;
  return {
    address: isOne ? `/settings/webhooks/${endpointId}/deliveries?state=missed` : '/settings/webhooks',
    words: "see what wasn't delivered",
  };
}

/** The list of what waits, for those who decide it. */
function linkToDirectory({ kind, details }: NotificationRow, { role }: SignedIn): string | null {
  if (!may(role, 'manage-workspace')) return null;
  if (kind !== 'directory_question') return '/settings/directory#held';
  return `/settings/directory#${details.question === 'address' ? 'emails' : 'to-join'}`;
}

const isOwn = (row: NotificationRow, reader: SignedIn) => row.aboutUserId === reader.id;

/** The page that a message links to; null when there is none for the reader. */
function linkOf(row: NotificationRow, reader: SignedIn): string | null {
  if (row.kind === 'import_ended') return addressOfImport(row.details, reader.role);
  if (row.kind === 'owner_removed') return may(reader.role, 'offboard') ? '/offboarding?owner=none' : null;
  if (isAboutDirectory(row.kind)) return linkToDirectory(row, reader);
  const { endpointId, deliveryId, tokenId } = row.details;
  if (endpointId && may(reader.role, 'manage-workspace')) {
    return `/settings/webhooks/${endpointId}/deliveries${deliveryId ? `/${deliveryId}` : ''}`;
  }
  if (tokenId && may(reader.role, 'manage-workspace')) return `/settings/tokens/${tokenId}/edit`;
  if (row.aboutUserId !== null && may(reader.role, 'offboard')) {
    return row.kind === 'mail_failed' ? `/users/${row.aboutUserId}` : `/offboarding/${row.aboutUserId}`;
  }
  return isOwn(row, reader) ? '/me' : null;
}
