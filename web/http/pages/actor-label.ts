/** An actor in the middle of a sentence: by name where the database knows one. */
export function actorWords(actor: string | null | undefined, name?: string | null): string {
  if (name) return name;
  if (!actor) return 'somebody';
  if (actor.startsWith('token:')) return `the API token “${actor.slice('token:'.length)}”`;
  return actor === 'system' ? 'Lastday' : `user ${actor.slice('user:'.length)}`;
}
