/** An object with the names that were read of it, or an array. `step` is the current name or index. */
interface Level {
  names: Set<string> | null;
  isNameNext: boolean;
  step: string | number;
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/gs;

/**
 * The path of the first name that an object of a JSON text gives twice, or null. Names are compared after their escapes
 * are read. Throws a SyntaxError for a name that is no JSON.
 */
export function repeatedName(json: string): (string | number)[] | null {
  const levels: Level[] = [];
  for (const [token] of json.matchAll(tokens)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ names: new Set(), isNameNext: true, step: '' });
    else if (token === '[') levels.push({ names: null, isNameNext: false, step: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (level === undefined) continue;
    else if (token === ',') nextItem(level);
    else if (level.isNameNext && isRepeated(level, token)) return levels.map(({ step }) => step);
  }
  return null;
}

function nextItem(level: Level): void {
  if (level.names === null) level.step = Number(level.step) + 1;
  else level.isNameNext = true;
}

function isRepeated(level: Level, token: string): boolean {
  const name = JSON.parse(token) as string;
  level.isNameNext = false;
  level.step = name;
  if (level.names!.has(name)) return true;
  level.names!.add(name);
  return false;
}
