/** Shorter values stand in any text by chance, and hide nothing. */
const minSecretLength = 4;
const hidden = '[hidden]';

/** What looks like a secret, whatever it is the secret of. */
const secretLike: [RegExp, string][] = [
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]).*/gi, `$1$2 ${hidden}`],
  [/\b(bearer)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`],
  [
    /(token|passw(?:or)?d|pwd|secret|credentials?|api[-_]?key|access[-_]?key|private[-_]?key)(["']?\s*[:=]\s*["']?)[^\s"'&,;]+/gi,
    `$1$2${hidden}`,
  ],
  [/([a-z]:\/\/)[^\s/@]+@/gi, `$1${hidden}@`],
];

/**
 * What a program printed, without `secrets` and what looks like one: `[hidden]` is there instead.
 * @param secrets texts that must not be shown, e.g. the values of environment variables, and each line of them; those of
 *   less than 4 characters are not looked for
 */
export function hideSecrets(output: string, secrets: readonly string[]): string {
  let text = output;
  const known = secrets.flatMap((secret) => [secret, ...secret.split('\n')]).map((secret) => secret.trim());
  // A secret may be a part of another.
  for (const secret of known.toSorted((a, b) => b.length - a.length))
    if (secret.length >= minSecretLength) text = text.replaceAll(secret, hidden);
  for (const [pattern, replacement] of secretLike) text = text.replace(pattern, replacement);
  return text;
}
