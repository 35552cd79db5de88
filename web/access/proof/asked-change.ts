import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { keepAskedChange } from '../../../database/access/proofs.ts';
import { secretBox } from '../../../database/core/secret-box.ts';
import { queryText } from '../../http/forms/request.ts';
import type { Services } from '../../http/services.ts';
import { safeReturn, sessionKeyOf } from '../sign-in.ts';

/** A change that waits until its person has proved who they are. */
export interface AskedChange {
  /** The address that its form posted to. */
  address: string;
  /** What was typed, by the names of the fields. A field with several values is there several times. */
  fields: readonly [name: string, value: string][];
  /** The page that the form was on. */
  back: string;
}

/** The change that a request asks for. */
export const changeOf = (request: Request, back: string): AskedChange => ({
  address: request.originalUrl,
  fields: Object.entries(request.body as Record<string, string | string[]>).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  ),
  back: safeReturn(back),
});

/**
 * Keeps a change in the session's row for as long as the browser is at the provider. A cookie would be too small. The id of
 * the change is in the address, because another tab may ask for another one meanwhile.
 */
export const askedChanges = ({ database, environment }: Services) => {
  const box = secretBox(environment.SECRET_KEY);
  return {
    /** Keeps the change in place of one before it, and returns its id. */
    async keep(request: Request, change: AskedChange): Promise<string> {
      const id = randomUUID();
      await keepAskedChange(database.em, sessionKeyOf(request), box.seal(JSON.stringify({ ...change, id })));
      return id;
    },

    /** The change whose id is in the address; null when it is no longer kept. */
    find(request: Request): (AskedChange & { id: string }) | null {
      const { asked } = request.session;
      if (!asked) return null;
      const change = JSON.parse(box.open(asked)) as AskedChange & { id: string };
      return change.id === queryText(request, 'asked') ? change : null;
    },

    forget: (request: Request): Promise<void> => keepAskedChange(database.em, sessionKeyOf(request), null),
  };
};
