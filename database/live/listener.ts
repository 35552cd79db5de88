import type { Log } from '../../config/log.ts';
import { keepListening, type ListenerEvents } from '../core/listening.ts';

/** What is reported of the changes. */
export interface ChangeEvents extends Pick<ListenerEvents<'live'>, 'listening' | 'lost'> {
  /** A transaction changed these topics; `many` stands for all of them. */
  changed: (topics: string[]) => void;
}

/** Listens for the topics that the schema's triggers send. Listens until `stopping` is aborted. */
export const listenForChanges = (
  databaseUrl: string,
  { changed, ...events }: ChangeEvents,
  log: Log,
  stopping: AbortSignal,
): Promise<void> =>
  keepListening(
    databaseUrl,
    ['live'],
    { ...events, notified: (_channel, payload) => changed(payload.split(' ')) },
    log,
    stopping,
  );
