import type { WordedFile } from './worded-files.js';

/** Words that are no name here, each with what to write in its place. */
const wordsOfNames: Record<string, string> = {
  most: 'max',
  longest: 'max',
  largest: 'max',
  deepest: 'max',
  furthest: 'max',
  tell: 'report, notify, return',
  tells: 'reports, notifies, returns',
  told: 'reported, notified, returned',
  turn: 'queue, slot',
  turns: 'queues, slots',
  door: 'transport, API',
  doors: 'transports, APIs',
  place: 'scope, position, path',
  places: 'scopes, positions, paths',
  settle: 'resolve, finish',
  settled: 'resolved, finished',
  settles: 'resolves, finishes',
  settling: 'resolving, finishing',
};

/** The same for two words in a row. */
const pairsOfNames: Record<string, string> = {
  'in doubt': 'unconfirmed',
  'take up': 'resume, adopt',
  'takes up': 'resumes, adopts',
  'taken up': 'resumed, adopted',
};

/** Names of other people's APIs. */
const allowedNames = new Set(['allSettled']);

/**
 * Phrases that prose does not use: in comments, descriptions and error texts. "At once" means both "immediately" and
 * "together".
 */
const phrases =
  /\b(most|longest|largest|deepest|furthest|tells?|telling|told|turns?|doors?|places?|settl(?:e[sd]?|ing)|tak(?:e[sn]?|ing) up|took up|in doubt|at\s+(?:\*\s+)?once)\b/gi;

/** Ordinary uses of those words. */
const allowedPhrases =
  /\b(at most|most recent(ly)?|in turn|turn(s|ed)? (on|off|into)|in[ -]place|take[sn]? place|allSettled|(TCP|event loop) turns?)\b/gi;

/** One sentence for each private word in a name, a comment or a text of a file. */
export function wordFaults({ path, names, prose }: WordedFile): string[] {
  const faults = new Set<string>();
  for (const word of wordsOf(path)) {
    const better = betterOf(wordsOfNames, word);
    if (better) faults.add(`${path}: the word ${word} in the path: ${better}.`);
  }
  for (const { name, line } of names) {
    const words = allowedNames.has(name) ? [] : wordsOf(name);
    for (const [index, word] of words.entries()) {
      const better = betterOf(wordsOfNames, word) ?? betterOf(pairsOfNames, `${word} ${words[index + 1]}`);
      if (better) faults.add(`${path}:${line}: the name ${name}: ${better}.`);
    }
  }
  for (const { text, line } of prose) {
    const checked = text.replace(allowedPhrases, '');
    for (const match of checked.matchAll(phrases)) {
      const lines = checked.slice(0, match.index).split('\n').length - 1;
      faults.add(`${path}:${line + lines}: the words "${match[0]}" in prose.`);
    }
  }
  return [...faults];
}

function betterOf(words: Record<string, string>, word: string): string | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** The words of a name in camelCase, PascalCase or UPPER_CASE, in lower case, without digits: `HTTPTurn1` has `http` and `turn`. */
function wordsOf(name: string): string[] {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}
