import { createHash } from 'node:crypto';
import { encodeNotebook } from '../../src/engines/nbformat/encode-notebook.js';
import { normalizeNotebook } from '../../src/engines/nbformat/normalize-notebook.js';
import { seededRandom } from '../engines/git/seeded-random.js';

/** What a client sends as a file's content, and what Git must then hold. */
export interface Content {
  body: { content: string } | { notebook: object };
  bytes: Buffer;
  oid: string;
}

const words = 'import numpy as np plot model train loss fit groupby merge index label mean sum head'.split(
  ' ',
);

/** The content that a save makes: all of it follows from the save's tag, so that none has to be kept. */
export function contentOf(path: string, tag: string): Content {
  const text = textOf(tag);
  if (!path.endsWith('.ipynb')) {
    const bytes = Buffer.from(text);
    return { body: { content: text }, bytes, oid: blobOid(bytes) };
  }
  const cell = {
    id: 'cell',
    cell_type: 'code',
    metadata: {},
    source: text,
    execution_count: null,
    outputs: [],
  };
  const notebook = { cells: [cell], metadata: { tag }, nbformat: 4, nbformat_minor: 5 };
  const bytes = Buffer.from(encodeNotebook(normalizeNotebook(notebook)).bytes);
  return { body: { notebook }, bytes, oid: blobOid(bytes) };
}

/** The name that Git gives a blob. */
export function blobOid(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** A few kB as a rule; one in thirty is large. */
function textOf(tag: string): string {
  const random = seededRandom(createHash('sha1').update(tag).digest().readInt32BE());
  const size = random(30) === 0 ? 200_000 : 100 + random(8_000);
  let text = `${tag}\n`;
  while (text.length < size) text += `${words[random(words.length)]}${random(8) ? ' ' : '\n'}`;
  return `${text}\n`;
}
