import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';
import { pathText, text } from './texts.js';
import { ofKind } from './value-checks.js';

/** Which files of a worker are listed. */
export const listWorkerFilesQuery = pageQuery(1000, 10_000).extend({
  changed_only: queryFlag.optional().describe('Leaves out the unchanged files; default: `false`.'),
});

/** Which file of a worker is read. */
export const readWorkerFileQuery = z.object({
  path: pathText('The path in the folder of the worker, relative and separated by `/`.', 'readPath'),
});

/** Which files of a worker are committed. */
export const commitWorkerFilesBody = z.strictObject({
  paths: ofKind(
    'workerPaths',
    z
      .array(
        pathText('A path in the folder of the worker; the file may have been deleted there.', 'readPath'),
      )
      .meta({ minItems: 1, maxItems: 500, description: 'The paths of the files, each once.' }),
  ),
  commit_message: text(
    'The message of the commit; default: one that names the number of files.',
    { maxLength: 10_000 },
    'commitMessage',
  ).nullish(),
});
