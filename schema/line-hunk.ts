import type { LineHunk } from '../src/engines/nbformat/compare/line-hunks.js';
import { builder } from './builder.js';

/** Lines in which two texts differ. */
export const LineHunkType = builder.objectRef<LineHunk>('LineHunk').implement({
  description:
    'Lines in which two texts differ, with up to three equal lines around them, as `git diff` shows them.',
  fields: (t) => ({
    baseStart: t.exposeInt('baseStart', {
      description:
        'The number of the first line in the base, from 1; without lines there, that of the line before.',
    }),
    baseLines: t.exposeInt('baseLines', { description: 'How many lines of the base it has.' }),
    headStart: t.exposeInt('headStart', {
      description:
        'The number of the first line in the head, from 1; without lines there, that of the line before.',
    }),
    headLines: t.exposeInt('headLines', { description: 'How many lines of the head it has.' }),
    lines: t.exposeStringList('lines', {
      description:
        'Each begins with a space where both sides have it, with `-` or with `+`. `\\ No newline at end of file` follows a ' +
        'last line without one.',
    }),
  }),
});
