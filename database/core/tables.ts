import type { EntityManager, InferKyselyDB } from '@mikro-orm/postgresql';
import type { entities } from '../entities/index.ts';

/** The tables for Kysely, with PostgreSQL's names of the columns. */
export type Tables = InferKyselyDB<(typeof entities)[number]>;

/** Typed SQL on the entity manager's connection, inside its transaction if one is open. */
export const sqlOf = (em: EntityManager) => em.getKysely<Tables>();
