/** An actor in words for the middle of a sentence; `name` is the name in the database, if there is one. */
export function actorLabel(actor: string | null | undefined, name?: string | null): string {
  if (name) return name;
  if (!actor) return 'someone';
  if (actor.startsWith('token:')) return `the API token “${actor.slice('token:'.length)}”`;
  return actor === 'system' ? 'Lastday' : `user ${actor.slice('user:'.length)}`;
}
