import type { FileChunk } from '../src/files/stream-file.js';
import { builder } from './builder.js';

/** The object type of a part of a file. */
export const FileChunkType = builder.objectRef<FileChunk>('FileChunk').implement({
  description: 'A part of a file, of which a download has one or more in their order.',
  fields: (t) => ({
    size: t.exposeInt('size', { description: 'The bytes of the whole file.' }),
    sha: t.exposeString('sha', { description: 'The blob oid of the whole file.' }),
    offset: t.exposeInt('offset', {
      description: 'Where the part begins, in bytes from the start of the file.',
    }),
    base64: t.string({
      description: 'The bytes of the part as base64; empty for an empty file, and beyond the end.',
      resolve: ({ bytes }) => Buffer.from(bytes).toString('base64'),
    }),
  }),
});
