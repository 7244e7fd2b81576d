import { exportNotebook, type NotebookExport } from '../src/files/export-notebook.js';
import { builder } from './builder.js';
import { largeValue } from './large-value.js';
import { Workspace } from './workspace.js';

const ExportFormatEnum = builder.enumType('ExportFormat', {
  description: 'The formats in which a notebook can be read without Jupyter.',
  values: {
    html: { description: 'One document without scripts, in which nothing is loaded from elsewhere.' },
    markdown: { description: 'Code and plain outputs in fences, images within the document.' },
    script: {
      description: 'The code in the percent format: `# %%` begins a cell, other cells are comments.',
    },
  },
});

const NotebookExportType = builder.objectRef<NotebookExport>('NotebookExport').implement({
  description: 'A notebook in another format.',
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'The name for the download, e.g. `report.html`.' }),
    mediaType: t.exposeString('mediaType', { description: 'The media type with its character set.' }),
    content: t.exposeString('content', { description: 'The whole document.' }),
    etag: t.exposeString('etag', {
      description:
        'The entity tag, which REST sends as `ETag`: the blob sha of the notebook, a dot and a digest of format and name.',
    }),
  }),
});

builder.prismaObjectField(Workspace, 'export', (t) =>
  t.field({
    type: NotebookExportType,
    description:
      'A notebook of at most 16 MiB at a ref in another format. No code of the notebook runs, neither at the gateway nor in ' +
      'the result: its HTML is reduced to text, tables, links and images. Formulas stay as they are written. Needs the scope ' +
      '`read`.',
    args: {
      path: t.arg.string({ required: true, description: 'Relative, `/`-separated; it ends in `.ipynb`.' }),
      ref: t.arg.string({
        description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
      }),
      format: t.arg({ type: ExportFormatEnum, description: 'Default `html`.' }),
    },
    select: { defaultRepository: true },
    resolve: ({ defaultRepository: repository, ...workspace }, { path, ref, format }, context, info) =>
      largeValue(info, () =>
        exportNotebook(
          context.services,
          context.ctx,
          { repository, workspace },
          {
            ...{ path, ref },
            format: format ?? 'html',
          },
        ),
      ),
  }),
);
