import type { ArchiveChunk } from '../src/files/archives/stream-archive.js';
import type { FileTarget } from '../src/files/file-target.js';
import { readArchiveContent } from '../src/subscriptions/read-files.js';
import { builder } from './builder.js';
import { writeArgs } from './file-inputs.js';

const ArchiveFormatEnum = builder.enumType('ArchiveFormat', {
  description: 'The formats in which all files at a ref can be downloaded together.',
  values: {
    zip: { value: 'zip', description: 'A zip file, which every system opens without further programs.' },
    tar_gz: { value: 'tar.gz', description: 'A tar file that is compressed with gzip.' },
  } as const,
});

const ArchiveChunkType = builder.objectRef<ArchiveChunk>('ArchiveChunk').implement({
  description: 'A part of an archive of files.',
  fields: (t) => ({
    commitSha: t.exposeString('commitSha', { description: 'The commit whose files the archive has.' }),
    fileName: t.exposeString('fileName', {
      description: 'The name for the download, e.g. `risk-0a1b2c3.zip`.',
    }),
    etag: t.exposeString('etag', {
      description:
        'The entity tag of the whole archive, which REST sends as `ETag`: the commit sha, a dot and a digest of the format ' +
        'and the name.',
    }),
    base64: t.string({
      description: 'The bytes that follow those of the part before, as base64; empty in the first part.',
      resolve: ({ bytes }) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    }),
  }),
});

builder.subscriptionField('archiveContent', (t) =>
  t.field({
    type: ArchiveChunkType,
    description:
      'Reads the regular files at a ref as one archive, part by part, and ends. The files are below one folder. Symbolic ' +
      'links, submodules and names with a backslash are left out; `.gitattributes` changes nothing. An archive has at most ' +
      '50,000 files and 8 GiB before compression. Ends with an error once the caller may not read the files any more. Needs ' +
      'the scope `read`.',
    args: {
      ...writeArgs,
      ref: t.arg.string({
        description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
      }),
      format: t.arg({ type: ArchiveFormatEnum, description: 'Default `zip`.' }),
    },
    subscribe: (_root, { spaceSlug, in: address, ref, format }, { services, ctx }) =>
      readArchiveContent(services, ctx, spaceSlug, address as FileTarget, { ref, format: format ?? 'zip' }),
    resolve: (chunk) => chunk,
  }),
);
