import { z } from 'zod';
import type { EntityManager } from '../../database/core/orm.ts';
import { Import } from '../../database/entities/index.ts';
import { maxStreamsOfSession } from '../../database/live/streams.ts';
import { may } from '../../domain/access/permissions.ts';
import { permissionToImport } from '../../domain/imports/imports.ts';
import type { SignedIn } from '../http/signed-in.ts';

/** The most topics of one page. */
const maxTopics = 20;

const topicPattern = /^(queue|imports|directory|(leaver|visitors|import|notifications):[1-9]\d{0,8})$/;

/**
 * What a page asks for: the topics it shows, when it was rendered, in epoch ms, and how many streams its browser can
 * have. Ignores what is no topic.
 */
export const followedPage = z.object({
  topics: z
    .string()
    .max(1_000)
    .catch('')
    .transform((text) =>
      text
        .split(' ')
        .filter((topic) => topicPattern.test(topic))
        .slice(0, maxTopics),
    ),
  since: z.coerce.number().int().positive().catch(0),
  most: z.coerce.number().int().min(1).max(maxStreamsOfSession).catch(maxStreamsOfSession),
});

/** Those of the topics that the reader may follow. */
export async function permittedTopics(
  em: EntityManager,
  reader: SignedIn,
  topics: readonly string[],
): Promise<Set<string>> {
  const permitted = new Set<string>();
  for (const topic of topics) if (await mayFollow(em, reader, topic)) permitted.add(topic);
  return permitted;
}

async function mayFollow(em: EntityManager, { id, role }: SignedIn, topic: string): Promise<boolean> {
  const [kind, subject] = topic.split(':');
  switch (kind) {
    case 'notifications':
      return Number(subject) === id;
    case 'directory':
      return may(role, 'manage-workspace');
    case 'imports':
      return may(role, 'manage-inventory');
    case 'import': {
      const found = await em.fork().findOne(Import, { id: Number(subject) }, { fields: ['kind'] });
      return found !== null && may(role, permissionToImport[found.kind]);
    }
    default:
      return may(role, 'offboard');
  }
}

/** The leaver whose checklist the page shows; null on other pages. */
export function visitedLeaver(topics: ReadonlySet<string>): number | null {
  const visited = [...topics].find((topic) => topic.startsWith('visitors:'));
  return visited === undefined ? null : Number(visited.split(':')[1]);
}
