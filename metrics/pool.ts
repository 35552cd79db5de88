import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/core/orm.ts';

/** Adds the number of the process's database connections, and of the callers that wait for one. */
export async function measurePool(registry: Registry, database: Database): Promise<void> {
  const pool = (await database.em.getConnection().getNativeClient()) as pg.Pool;
  new Gauge({
    name: 'lastday_database_connections',
    help: "This process's database connections, by state; waiting counts callers without one",
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'used' }, pool.totalCount - pool.idleCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
}
