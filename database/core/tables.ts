import type { EntityManager, InferKyselyDB } from '@mikro-orm/postgresql';
import type { entities } from '../entities/index.ts';

/** The tables as Kysely sees them: columns by their names in PostgreSQL. */
export type Tables = InferKyselyDB<(typeof entities)[number]>;

/** Typed SQL on the entity manager's connection, inside its transaction when there is one. */
export const sqlOf = (em: EntityManager) => em.getKysely<Tables>();
