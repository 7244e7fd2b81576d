import { searchFiles } from '../src/files/search/search-files.js';
import type { SearchHit } from '../src/files/search/search-hit.js';
import { type SpaceSearchResult, searchSpace } from '../src/files/search/search-space.js';
import { loadRepositoryRow } from '../src/repositories/load-repository-row.js';
import { builder } from './builder.js';
import { type Connection, connectionType, pageArgs, readPage } from './connection.js';
import { FileKindEnum } from './enums.js';
import { Space } from './space.js';
import { Workspace } from './workspace.js';

const SearchInEnum = builder.enumType('SearchIn', {
  description: 'Whether a search reads the contents of files or their paths.',
  values: {
    names: { description: 'The paths of files.' },
    content: {
      description: 'The lines of text files, and those of the sources and outputs of notebook cells.',
    },
  },
});

const SearchedCellPartEnum = builder.enumType('SearchedCellPart', {
  description: 'Where in a notebook cell the text was found.',
  values: {
    source: { description: 'What a person wrote.' },
    output: { description: 'What a kernel printed or displayed.' },
  },
});

const CellTypeEnum = builder.enumType('CellType', {
  description: 'The type of a notebook cell, as in nbformat.',
  values: {
    code: { description: 'Code for a kernel, with its outputs.' },
    markdown: { description: 'Text for people, which is rendered.' },
    raw: { description: 'Text that no kernel runs and nothing renders.' },
  },
});

const SearchedCell = builder.objectRef<NonNullable<SearchHit['cell']>>('SearchedCell').implement({
  description: 'The cell of a notebook in which a search found its text.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'The position of the cell in the notebook, from 0.' }),
    id: t.exposeID('id', { nullable: true, description: 'Null where the stored cell has none.' }),
    type: t.expose('type', {
      type: CellTypeEnum,
      description: 'Whether it has code, Markdown, or text that is not rendered.',
    }),
    part: t.expose('part', { type: SearchedCellPartEnum, description: 'Where in the cell the text is.' }),
  }),
});

const SearchHitType = builder.objectRef<SearchHit>('SearchHit').implement({
  description: 'A line, or the path of a file, in which a search found its text.',
  fields: (t) => ({
    workspaceId: t.exposeID('workspaceId', { description: 'UUID of the workspace that has the file.' }),
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    kind: t.expose('kind', {
      type: FileKindEnum,
      description: 'The kind that its name and its bytes give it.',
    }),
    sha: t.exposeString('sha', { description: 'The oid of the blob that was searched.' }),
    cell: t.field({
      type: SearchedCell,
      nullable: true,
      description: 'Null for a path, and in a text file.',
      resolve: ({ cell }) => cell,
    }),
    line: t.exposeInt('line', {
      nullable: true,
      description: 'From 1: in the text file, or in the source or one output of the cell. Null for a path.',
    }),
    snippet: t.exposeString('snippet', {
      description:
        'The part of the line around the match, of at most 240 UTF-16 units; for a path the whole path.',
    }),
    matchStart: t.exposeInt('matchStart', {
      description: 'The UTF-16 units before the match in the snippet.',
    }),
    matchLength: t.exposeInt('matchLength', { description: 'The UTF-16 units of the match in the snippet.' }),
  }),
});

/** A page of hits, with what is known of the whole search. */
interface SearchPage extends Connection<SearchHit> {
  commitSha: string;
  isIncomplete: boolean;
  skippedFiles: number;
}

const SearchHitConnection = connectionType<SearchHit>('SearchHit', SearchHitType);

builder.objectFields(SearchHitConnection, (t) => ({
  commitSha: t.string({
    description: 'The commit that was searched. Pages after a cursor stay with it when the branch moves.',
    resolve: (page) => (page as SearchPage).commitSha,
  }),
  isIncomplete: t.boolean({
    description:
      'Whether there may be more hits: a search of content ends after 10 seconds, one of either kind after 1,000 hits, and one of content after 50 hits in one file.',
    resolve: (page) => (page as SearchPage).isIncomplete,
  }),
  skippedFiles: t.int({
    description:
      'How many files contain the text, but are not shown: they are binary, no valid notebook, or over 16 MiB.',
    resolve: (page) => (page as SearchPage).skippedFiles,
  }),
}));

const textArgs = builder.args((t) => ({
  q: t.string({
    required: true,
    description: 'The text to find, as it is: 1 to 256 characters of one line, no pattern.',
  }),
  in: t.field({ type: SearchInEnum, description: 'Default `content`.' }),
  caseSensitive: t.boolean({ description: 'Whether upper and lower case differ; default false.' }),
}));

builder.prismaObjectField(Workspace, 'search', (t) =>
  t.field({
    type: SearchHitConnection,
    description:
      'Finds a text in the files at a ref, by path and line; each line counts once. In notebooks it looks at the sources and ' +
      'the readable outputs of cells, not at their JSON. `rate_limited` or `overloaded` when too many searches wait. Needs the ' +
      'scope `read`.',
    args: {
      ...textArgs,
      ref: t.arg.string({
        description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
      }),
      ...pageArgs,
    },
    resolve: async (workspace, args, { services, ctx }): Promise<SearchPage> => {
      const repository = await loadRepositoryRow(services, ctx, workspace.defaultRepositoryId);
      const listing = searchFiles(services, ctx, { repository, workspace }, args);
      const page = await readPage(args, listing);
      const { commitSha, isIncomplete, skippedFiles } = await listing.result();
      return { ...page, commitSha, isIncomplete, skippedFiles };
    },
  }),
);

/** A page of hits in a space, with what is known of the whole search. */
type SpaceSearchPage = Connection<SearchHit> & Omit<SpaceSearchResult, 'hits'>;

const SpaceSearchHitConnection = connectionType<SearchHit>('SpaceSearchHit', SearchHitType);

builder.objectFields(SpaceSearchHitConnection, (t) => ({
  searchedWorkspaces: t.int({
    description: 'How many workspaces were searched, also those that have the same files as another one.',
    resolve: (page) => (page as SpaceSearchPage).searchedWorkspaces,
  }),
  isIncomplete: t.boolean({
    description:
      'Whether there may be more hits: it ends after 50 workspaces, 20 seconds, 1,000 hits, and 50 hits in one file.',
    resolve: (page) => (page as SpaceSearchPage).isIncomplete,
  }),
  skippedFiles: t.int({
    description: 'As in a search of a workspace, of all workspaces together.',
    resolve: (page) => (page as SpaceSearchPage).skippedFiles,
  }),
}));

builder.objectField(Space, 'search', (t) =>
  t.field({
    type: SpaceSearchHitConnection,
    description:
      'Finds a text in the default branches of the workspaces that the caller can view and that are not archived, of the ' +
      'newest workspace first. Workspaces on the same commit of a repository are searched once. Needs the scope `read`.',
    args: { ...textArgs, ...pageArgs },
    resolve: async (space, args, { services, ctx }): Promise<SpaceSearchPage> => {
      const listing = searchSpace(services, ctx, space.slug, args);
      const page = await readPage(args, listing);
      const { hits: _hits, ...whole } = await listing.result();
      return { ...page, ...whole };
    },
  }),
);
