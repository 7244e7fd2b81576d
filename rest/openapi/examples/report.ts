import { type ExampleFile, oneCell } from './example-files.js';
import { exampleIds } from './example-ids.js';

/** What a new notebook without content is. */
export const emptyNotebook: Pick<ExampleFile, 'sha' | 'size' | 'content'> = {
  sha: '363fcab7ed6e9634e198cf5555ceb88932c9a245',
  size: 72,
  content: { kind: 'notebook', notebook: { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 } },
};

/** The notebook that the examples save. */
export const report: ExampleFile = {
  path: 'notebooks/report.ipynb',
  commit: 'be5d39887d56e4c18ff8feaea4b5f8dafab1f54b',
  sha: 'b6b82279fce6219a5d8a513bc03d31c894de2c4c',
  size: 373,
  notebookId: exampleIds.report,
  content: { kind: 'notebook', notebook: oneCell('rate = 0.03') },
};

/** {@link report} as it was created. */
export const newReport: ExampleFile = {
  ...report,
  commit: 'ebdccf1d4b4eedfa64ee432f92735f0e7e0d90dc',
  ...emptyNotebook,
};

/** The last commit of the examples on the files of a workspace. */
export const lastFileCommit = '1f7a7a472abf3dd9643fd615f6da379c4acb3e3a';

/** The version that began {@link report}. */
export const firstVersion = { id: '8fb01870-c9a4-5855-ae24-be92596f3ceb', message: 'Begin the report' };

/** The version of {@link report} that its save made. */
export const reportVersion = { id: exampleIds.version, message: 'Update notebooks/report.ipynb' };
