import type { FileTarget } from '../src/files/file-target.js';
import { type PutFile, putFile } from '../src/files/put-file.js';
import { readFileContent } from '../src/subscriptions/read-files.js';
import { builder } from './builder.js';
import { FileChunkType } from './file-chunk.js';
import { writeArgs } from './file-inputs.js';
import { FileState } from './file-state.js';

builder.subscriptionField('fileContent', (t) =>
  t.field({
    type: FileChunkType,
    description:
      'Reads the bytes of a file of any kind, of at most 64 MiB, part by part, and ends. Ends with an error once the caller may not read it any more. Needs the scope `read`.',
    args: {
      ...writeArgs,
      path: t.arg.string({ required: true, description: 'Relative, `/`-separated.' }),
      ref: t.arg.string({ description: 'A branch, tag or commit sha; default the default branch.' }),
      start: t.arg.int({
        description: 'The first byte to read; a negative number counts from the end. Default 0.',
      }),
      length: t.arg.int({ description: 'The maximum number of bytes to read; default to the end.' }),
    },
    subscribe: (_root, { spaceSlug, in: address, ...range }, { services, ctx }) =>
      readFileContent(services, ctx, spaceSlug, address as FileTarget, range),
    resolve: (chunk) => chunk,
  }),
);

const PutFileInput = builder.inputType('PutFileInput', {
  description: 'A file of any bytes, which is created or replaced.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated.' }),
    contentBase64: t.string({
      required: true,
      description: 'The bytes as base64; at a path that ends in `.ipynb` those of a valid notebook.',
    }),
    branch: t.string({
      description: 'A branch that exists; default the branch of the workspace or repository.',
    }),
    baseSha: t.string({
      description:
        'The blob that the client read last, or 40 zeros where no file may be there; `base_sha_conflict` or `file_exists` ' +
        'otherwise. Default: no check.',
    }),
    commitMessage: t.string({ description: 'Default `Create PATH` or `Update PATH`.' }),
  }),
});

const PutFileType = builder.objectRef<PutFile>('PutFile').implement({
  description: 'A file that was created or replaced.',
  fields: (t) => ({
    file: t.field({
      type: FileState,
      description: 'The file as the commit has it.',
      resolve: ({ file }) => file,
    }),
    created: t.exposeBoolean('created', { description: 'False when a file was replaced.' }),
  }),
});

builder.mutationField('putFile', (t) =>
  t.field({
    type: PutFileType,
    description:
      'Creates or replaces a file of any bytes with one commit; the same bytes again make none. Needs the scope `write` ' +
      'and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({ type: PutFileInput, required: true, description: 'The path and the bytes.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      putFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
);
