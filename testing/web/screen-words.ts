/** Words that no reader should meet, each with what the screen says instead. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/(?<!")\bnobody\b/i, 'no one'],
  [/\bsomebody\b/i, 'someone, a person'],
  [/\banybody\b/i, 'anyone'],
  [/\beverybody\b/i, 'everyone'],
  [/\bwhoever\b/i, 'the person'],
  [/\bwhatever\b/i, 'anything'],
  [/\b(is|are|was|were|be|still) told\b/i, 'is notified'],
  [/\bhears? (of|when|that)\b/i, 'is notified'],
  [/\bE-?mail address\b|\be-mails?\b/i, 'email'],
  [/\b[Ee]xternal id\b/, 'external ID'],
  [/\bIt admins?\b/, 'IT admin'],
  [/\bper cent\b/i, 'percent'],
  [/(?<!^)\bcannot\b/, "can't"],
  [/\bplease (try|check|give|choose|sign|look|ask|fill|wait)\b/i, 'the verb alone'],
  [/, please\b/i, 'the verb alone'],
  [/\bprocess engine\b/i, 'the server, Temporal'],
  [/\b(last|next|every|each|first|same) try\b|\b\d+ tries\b/i, 'attempt'],
  [/\b(on|in) (its|their) way\b/i, 'pending'],
  [/\bgiven up\b/i, 'failed'],
  [/\bnever arrived\b/i, 'failed'],
  [/\bhand(s|ed)? out\b/i, 'assign'],
  [/\bour fault\b/i, 'Something went wrong on our side'],
  [/\bnot known whether\b/i, "we couldn't confirm"],
  [/\bmeanwhile\b/i, 'now'],
  [/\bany more[.:]/i, 'no longer'],
  [/\blies (before|after)\b/i, 'is before, is after'],
  [/\bmarked fields\b/i, 'highlighted fields'],
  [/\bBack to the start\b/i, 'Home'],
  [/\bThe brake\b/i, 'large change'],
  [/\bNobody fits\b|\bNo \w+ fits\b/i, 'No matching …'],
  [/\b(Make|Save) the\b/, 'the verb and its noun without “the”'],
  [/\b(says nothing|is so already)\b/i, 'keeps the value'],
  [/\bdo not belong together\b/i, 'wrong'],
  [/\bGo back\b(?! and)/, 'Cancel'],
  [/\b(remembered columns|column mappings)\b/i, 'saved columns'],
  [/\ba super-admin\b|\bsuper-admins\b/i, 'super admin'],
  [/\bno answer (yet|in time)\b/i, 'no response'],
  [/\bThere is no such\b/i, "We can't find this"],
  [/\b(marked as|no longer|stop) waiting\b/i, 'on hold, off hold'],
  [/(?<!-)\bcircles?\b(?!-)/i, 'loop'],
  [/\bfulfill(s|ment)?\b/i, 'fulfil'],
  [/\bclear(s|ed|ing)? (an?|the|its|their) (end date|date|manager|email|value|field)\b/i, 'remove'],
  [/\bopen(s|ed) (an|the|their) offboarding\b/i, 'start'],
  [/\bready to (complete|be marked)\b/i, 'ready to finalize'],
  [/\bprivate address/i, 'private IP address'],
  [/(?<!const )\bseats? of\b/i, "a seat for …, the … seat, someone's seat"],
  [/\b(role|offboarding|data|end date|note) of (\$\{|<bdi|<%)/i, "someone's …"],
  [/(^|[.>'"`] ?)Empty: /, 'Leave empty to …'],
  [/\bNew (asset|license|endpoint)\b|\bNew request\b/, 'the verb of the button: Add, Create'],
  [/\boutside the window\b/i, 'outside the queue'],
  [/\bthe log says\b/i, 'See the worker log'],
  [/\bTry (\d|\$\{)|\b(until|this|look for the next) try\b/i, 'attempt'],
  [/\b(failed|fails) for good\b|\bgive up\b/i, 'failed, mark as failed'],
  [/\bneeds you:? \d/i, 'needs your attention'],
];

/** The banned words in a text, each with what to say instead. */
export const bannedOnScreen = (text: string): string[] =>
  banned.flatMap(([pattern, better]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${around(text, found.index, found[0].length)} → ${better}`];
  });

const around = (text: string, index: number, length: number): string =>
  text.slice(Math.max(0, index - 30), index + length + 20).replaceAll(/\s+/g, ' ');
