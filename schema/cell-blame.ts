import { blameCells, type CellBlame } from '../src/files/blame-cells.js';
import { arrayListing } from '../src/paging/array-listing.js';
import { loadRepositoryRow } from '../src/repositories/load-repository-row.js';
import { builder } from './builder.js';
import { connectionType, pageArgsOf, readPage } from './connection.js';
import { NotebookVersion } from './notebook-version.js';
import { Workspace } from './workspace.js';

const CellBlameType = builder.objectRef<CellBlame>('CellBlame').implement({
  description: 'The version of a notebook that last changed the source of one cell.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'The position of the cell, from 0.' }),
    cellId: t.exposeID('cellId', { nullable: true, description: 'Null where the stored cell has none.' }),
    version: t.field({
      type: NotebookVersion,
      nullable: true,
      description: 'Null where the change is older than the versions that were compared.',
      resolve: ({ version }) => version,
    }),
  }),
});

const CellBlameConnection = connectionType('CellBlame', CellBlameType);

const pageSize = { defaultSize: 100, maxSize: 5_000 };

builder.prismaObjectField(Workspace, 'blame', (t) =>
  t.field({
    type: CellBlameConnection,
    description:
      'Which version last changed the source of each cell of a notebook, under all the paths that it had on the branch. No ' +
      'more than 200 versions and 256 MiB are compared, within 10 seconds. Where branches were merged, it may be the merge. Needs ' +
      'the scope `read`.',
    args: {
      path: t.arg.string({ required: true, description: 'Relative, `/`-separated; it ends in `.ipynb`.' }),
      ref: t.arg.string({
        description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
      }),
      ...pageArgsOf(pageSize),
    },
    resolve: async (workspace, { path, ref, ...page }, { services, ctx }) => {
      const repository = await loadRepositoryRow(services, ctx, workspace.defaultRepositoryId);
      const cells = () => blameCells(services, ctx, { repository, workspace }, { path, ref });
      return readPage(page, arrayListing(cells), pageSize);
    },
  }),
);
