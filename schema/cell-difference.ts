import type { CellPart } from '../src/engines/nbformat/compare/cell-parts.js';
import type { CellStatus } from '../src/engines/nbformat/compare/compare-notebooks.js';
import type { MetadataChange } from '../src/engines/nbformat/compare/metadata-changes.js';
import { JsonText } from '../src/engines/nbformat/json-text.js';
import type { CellListing, ListedCell } from '../src/files/compare/compare-file.js';
import { pacedRows } from '../src/paging/paced-rows.js';
import { builder } from './builder.js';
import { type Connection, connectionType, type PageSize } from './connection.js';
import { LineHunkType } from './line-hunk.js';

const CellStatusEnum = builder.enumType('CellDifferenceStatus', {
  description: 'What became of a cell from the base to the head.',
  values: {
    added: { description: 'Only the head has it.' },
    removed: { description: 'Only the base has it.' },
    modified: { description: 'A part of it differs; it may have moved too.' },
    moved: { description: 'It comes before or after other cells than in the base; nothing else differs.' },
    unchanged: { description: 'Nothing differs.' },
  } satisfies Record<CellStatus, object>,
});

const CellPartEnum = builder.enumType('CellPart', {
  description: 'A part of a cell that can differ by itself.',
  values: {
    id: { description: 'The nbformat id; the cells are the same by their content.' },
    cell_type: { description: 'Code, Markdown or raw.' },
    source: { description: 'The text of the cell.' },
    metadata: { description: 'Tags and other members of the metadata.' },
    attachments: { description: 'Files in a cell of text.' },
    outputs: { description: 'What a run of the cell displayed, without execution counts.' },
    execution_count: { description: 'The number of the run, of the cell or in one of its outputs.' },
  } satisfies Record<CellPart, object>,
});

const CellDifferenceType = builder.objectRef<ListedCell>('CellDifference').implement({
  description:
    'A cell of a notebook in two commits. Cells are the same by their id, else by type and source, and before nbformat 4.5 ' +
    'also by similar sources at the same position.',
  fields: (t) => ({
    status: t.expose('status', { type: CellStatusEnum, description: 'What became of it.' }),
    isMoved: t.exposeBoolean('isMoved', {
      description: 'Whether it comes before or after other cells than in the base.',
    }),
    baseIndex: t.exposeInt('baseIndex', {
      nullable: true,
      description: 'Its position in the base, from 0; null for an added cell.',
    }),
    headIndex: t.exposeInt('headIndex', {
      nullable: true,
      description: 'Its position in the head, from 0; null for a removed cell.',
    }),
    changes: t.expose('changes', {
      type: [CellPartEnum],
      description: 'The parts that differ; empty unless it is `modified`.',
    }),
    base: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The cell of the base, as Jupyter JSON. Null for an added cell, and where nothing differs: see `head`.',
      resolve: ({ base }) => base && new JsonText(base),
    }),
    head: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The cell of the head, as Jupyter JSON; null for a removed cell.',
      resolve: ({ head }) => head && new JsonText(head),
    }),
    hunks: t.field({
      type: [LineHunkType],
      extensions: { listSize: 5 },
      description: 'The lines in which the sources differ; empty where they are the same.',
      resolve: ({ hunks }) => pacedRows(hunks) as never,
    }),
  }),
});

const CellCounts = builder.objectRef<Record<CellStatus, number>>('CellCounts').implement({
  description: 'How many cells of each status a comparison has.',
  fields: (t) => ({
    added: t.exposeInt('added', { description: 'Cells that only the head has.' }),
    removed: t.exposeInt('removed', { description: 'Cells that only the base has.' }),
    modified: t.exposeInt('modified', { description: 'Cells of which a part differs.' }),
    moved: t.exposeInt('moved', { description: 'Cells that are the same at another position.' }),
    unchanged: t.exposeInt('unchanged', { description: 'Cells in which nothing differs.' }),
  }),
});

const MetadataChangeType = builder.objectRef<MetadataChange>('MetadataChange').implement({
  description: 'A value in the metadata of a notebook that differs.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'The keys that lead to the value.' }),
    base: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value in the base; null also where the base does not have it.',
      resolve: ({ base }) => base ?? null,
    }),
    head: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value in the head; null also where the head does not have it.',
      resolve: ({ head }) => head ?? null,
    }),
  }),
});

/** A page of cells, with what is known of the whole notebook. */
export interface CellPage extends Connection<ListedCell>, Pick<CellListing, 'notebook'> {
  /** Bytes of both versions. */
  size: number;
}

/** A page of the cells of a comparison. */
export const CellDifferenceConnection = connectionType('CellDifference', CellDifferenceType);

builder.objectFields(CellDifferenceConnection, (t) => ({
  counts: t.field({
    type: CellCounts,
    description: 'How many cells of each status the whole comparison has, also beside this page.',
    resolve: async (page) => (await (page as CellPage).notebook()).counts,
  }),
  metadata: t.field({
    type: [MetadataChangeType],
    extensions: { listSize: 20 },
    description: 'The values in which the metadata of the notebook differ, at most 1,000.',
    resolve: async (page) => (await (page as CellPage).notebook()).metadata,
  }),
}));

/** Of {@link CellDifferenceConnection}. */
export const cellPageSize: PageSize = { defaultSize: 100, maxSize: 1000 };
