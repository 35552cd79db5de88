import type { Actor } from '../../domain/actor.ts';
import type { EntityManager } from '../core/orm.ts';

/** An import that is being executed on behalf of `actor`. */
export interface ImportRun {
  em: EntityManager;
  actor: Actor;
  importId: number;
  /** Called between steps. May throw, to stop. */
  onStep: () => void;
  /** Called with errors that are bugs of Lastday and not mistakes in the line. */
  onDefect: (error: unknown, line: number) => void;
}
