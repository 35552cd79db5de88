import type { RequestHandler } from 'express';
import { sha256 } from '../../database/core/hash.ts';
import { visitorsOf } from '../../database/live/streams.ts';
import { idIn } from '../http/forms/request.ts';
import { fragment } from '../http/pages/rendering.ts';
import type { Services } from '../http/services.ts';
import { signedIn } from '../http/signed-in.ts';
import { LiveStreams } from './live-streams.ts';
import { followedPage, permittedTopics } from './topics.ts';

/** The status of a refusal, and after how many seconds the page may ask again. */
const refusals = { 'too-many': [429, '10'], 'not-listening': [503, '2'] } as const;

/** How many visitors are named. */
const namedVisitors = 5;

/** Streams of changes, and the parts of pages that follow them and have no page of their own. */
export const liveHandlers = (services: Services) => {
  const { em } = services.database;
  const streams = new LiveStreams(services);

  /** A stream of what changes on the page. Only the event source of a browser asks for it. */
  const stream: RequestHandler = async (request, response) => {
    const { startedAt } = request.session;
    // Without its session the response neither extends it nor sends its cookie.
    Object.assign(request, { session: null });
    if (request.method !== 'GET' || !request.get('Accept')?.includes('text/event-stream')) {
      return void response.status(406).type('text').send('This URL sends server-sent events.');
    }
    const person = signedIn(response);
    const { topics, ...followed } = followedPage.parse(request.query);
    const permitted = await permittedTopics(em, person, topics);
    const reader = {
      userId: person.id,
      role: person.role,
      sessionKey: sha256(request.sessionID),
      startedAt: startedAt!,
    };
    const refused = await streams.open(response, reader, { ...followed, topics: permitted });
    if (refused === null) return;
    const [status, seconds] = refusals[refused];
    response.status(status).set('Retry-After', seconds).end();
  };

  /** The counts that every page has: of unread notifications, and of what the directory leaves to decide. */
  const unread: RequestHandler = (_request, response) =>
    fragment(response, 'partials/_counts', { reader: signedIn(response) });

  /** Who else has a leaver's checklist open. */
  const visitors: RequestHandler = async (request, response) => {
    const leaverId = idIn(request, 'userId', 'person');
    const others = await visitorsOf(em, { leaverId, readerId: signedIn(response).id, limit: namedVisitors });
    fragment(response, 'offboarding/_visitors', { leaverId, ...others });
  };

  return { live: { stream, unread, visitors } };
};
