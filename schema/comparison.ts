import type { LineDifference } from '../src/engines/nbformat/compare/line-hunks.js';
import {
  compareFile,
  compareLines,
  type FileDifference,
  listCells,
} from '../src/files/compare/compare-file.js';
import { type Comparison, compareRefs } from '../src/files/compare/compare-refs.js';
import type { FileComparison } from '../src/files/compare/file-comparison.js';
import { listComparedFiles } from '../src/files/compare/list-compared-files.js';
import { pacedRows } from '../src/paging/paced-rows.js';
import { loadRepositoryRow } from '../src/repositories/load-repository-row.js';
import { builder } from './builder.js';
import { CellDifferenceConnection, type CellPage, cellPageSize } from './cell-difference.js';
import { connectionType, pageArgsOf, readPage } from './connection.js';
import { FileKindEnum } from './enums.js';
import { largeValue } from './large-value.js';
import { LineHunkType } from './line-hunk.js';
import { Repository } from './repository.js';
import { Workspace } from './workspace.js';

const FileComparisonStatusEnum = builder.enumType('FileComparisonStatus', {
  description: 'What became of a file from the base to the head.',
  values: {
    added: { description: 'Only the head has it.' },
    modified: { description: 'It has other bytes.' },
    deleted: { description: 'Only the base has it.' },
    renamed: { description: 'It has another path, and the same or similar bytes.' },
    unchanged: { description: 'Both have the same bytes: only a file that is asked for by its path.' },
  },
});

const ComparedFile = builder.objectRef<FileComparison>('ComparedFile').implement({
  description: 'A file in the two commits of a comparison.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'In the head; of a deleted file the path in the base.' }),
    previousPath: t.exposeString('previousPath', {
      nullable: true,
      description: 'Of a renamed file the path in the base, else null.',
    }),
    status: t.expose('status', { type: FileComparisonStatusEnum, description: 'What became of it.' }),
    kind: t.expose('kind', {
      type: FileKindEnum,
      description: '`binary` where the bytes of one side are no UTF-8 text.',
    }),
    baseSha: t.exposeString('baseSha', {
      nullable: true,
      description: 'The blob in the base, if it is there.',
    }),
    headSha: t.exposeString('headSha', {
      nullable: true,
      description: 'The blob in the head, if it is there.',
    }),
    baseSize: t.exposeInt('baseSize', { nullable: true, description: 'Bytes in the base, if it is there.' }),
    headSize: t.exposeInt('headSize', { nullable: true, description: 'Bytes in the head, if it is there.' }),
  }),
});

const ComparedFileConnection = connectionType('ComparedFile', ComparedFile);

/** The lines of a text file, and the bytes that were read for them. */
type ComparedText = { difference: LineDifference | null; size: number };

const TextDifference = builder.objectRef<LineDifference>('TextDifference').implement({
  description: 'How the lines of a text file differ.',
  fields: (t) => ({
    hunks: t.field({
      type: [LineHunkType],
      extensions: { listSize: 100 },
      description: 'The lines that differ, in their order; empty where none do.',
      resolve: ({ hunks }) => pacedRows(hunks) as never,
    }),
    isTruncated: t.exposeBoolean('isTruncated', {
      description: 'Whether there are more than 20,000 lines, of which the rest is left out.',
    }),
  }),
});

const FileDifferenceType = builder.objectRef<FileDifference>('FileDifference').implement({
  description: 'How one file differs between the two commits of a comparison.',
  fields: (t) => ({
    file: t.field({
      type: ComparedFile,
      description: 'Its paths, blobs and status.',
      resolve: (file) => file,
    }),
    cells: t.field({
      type: CellDifferenceConnection,
      nullable: true,
      description:
        'The cells of a notebook, in the order of the head; a removed cell follows the one that it followed in the base. ' +
        'Null for other files. `unreadable_file` where one side is no valid notebook.',
      args: {
        changedOnly: t.arg.boolean({ description: 'Without the unchanged cells; default false.' }),
        ...pageArgsOf(cellPageSize),
      },
      resolve: async (file, { changedOnly, ...args }, context, info): Promise<CellPage | null> => {
        const list = listCells(context.services, context.ctx, file, changedOnly ?? false);
        if (!list) return null;
        return largeValue(info, async () => ({
          ...(await readPage(args, list, cellPageSize)),
          notebook: list.notebook,
          size: sizeOf(file),
        }));
      },
    }),
    text: t.field({
      type: TextDifference,
      nullable: true,
      description: 'The lines of a text file. Null for a notebook and for a binary file.',
      resolve: async (file, _args, context, info) => {
        const { difference } = await largeValue(info, async (): Promise<ComparedText> => {
          const found = await compareLines(context.services, context.ctx, file);
          return { difference: found, size: found ? sizeOf(file) : 0 };
        });
        return difference;
      },
    }),
  }),
});

function sizeOf({ baseSize, headSize }: FileDifference): number {
  return (baseSize ?? 0) + (headSize ?? 0);
}

const pageSize = { defaultSize: 1000, maxSize: 10_000 };

const ComparisonType = builder.objectRef<Comparison>('Comparison').implement({
  description: 'What one would have to change in one commit to get another one.',
  fields: (t) => ({
    base: t.exposeString('base', { description: 'The ref that was given as base.' }),
    head: t.exposeString('head', { description: 'The ref that was given as head, or its default.' }),
    baseCommitSha: t.exposeString('baseCommit', { description: 'The commit that the base leads to.' }),
    headCommitSha: t.exposeString('headCommit', { description: 'The commit that the head leads to.' }),
    mergeBaseSha: t.string({
      nullable: true,
      description:
        'The newest commit that both have in their histories; null where there is none. As `base` it shows what the head ' +
        'alone has changed.',
      resolve: (comparison) => comparison.mergeBase(),
    }),
    files: t.field({
      type: ComparedFileConnection,
      description:
        'The files that differ, sorted by path. A renamed file is found by the same bytes, and where few files were added ' +
        'and deleted by similar ones.',
      args: pageArgsOf(pageSize),
      resolve: (comparison, args) => readPage(args, listComparedFiles(comparison), pageSize),
    }),
    file: t.field({
      type: FileDifferenceType,
      nullable: true,
      description:
        'How the file at the path differs, also an unchanged one; null without a path. `not_found` where neither commit has it.',
      resolve: compareFile,
    }),
  }),
});

const compareArgs = builder.args((t) => ({
  base: t.string({
    required: true,
    description: 'A branch, tag or commit sha of 7 digits or more: the state before.',
  }),
  head: t.string({ description: 'The state after, named in the same way; default the default branch.' }),
  path: t.string({ description: 'Leaves out all other files; of a renamed file either path.' }),
}));

builder.prismaObjectField(Workspace, 'compare', (t) =>
  t.field({
    type: ComparisonType,
    description: "Compares two refs of the workspace's repository. Needs the scope `read`.",
    args: compareArgs,
    resolve: async (workspace, args, { services, ctx }) => {
      const repository = await loadRepositoryRow(services, ctx, workspace.defaultRepositoryId);
      return compareRefs(services, ctx, { repository, workspace }, args);
    },
  }),
);

builder.prismaObjectField(Repository, 'compare', (t) =>
  t.field({
    type: ComparisonType,
    description: 'Compares two refs of the repository. Needs the scope `read`.',
    args: compareArgs,
    resolve: (repository, args, { services, ctx }) =>
      compareRefs(services, ctx, { repository, workspace: null }, args),
  }),
);
