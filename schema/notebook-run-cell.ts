import type { NotebookRunCell } from '../prisma/generated/client/client.js';
import { loadCellExecution } from '../src/notebook-runs/load-cell-execution.js';
import { builder } from './builder.js';
import { connectionType } from './connection.js';
import { Execution } from './execution.js';

const NotebookRunCellType = builder.objectRef<NotebookRunCell>('NotebookRunCell').implement({
  description: 'One code cell in the run of a notebook: its position, and its execution once it is queued.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'The order in which the cells run, from 1.' }),
    cellIndex: t.exposeInt('cellIndex', { description: 'The index in the executed notebook, from 0.' }),
    cellId: t.exposeString('cellId', { nullable: true, description: "The cell's nbformat id." }),
    executionId: t.exposeID('executionId', { description: 'UUID of its execution, once it is queued.' }),
    execution: t.field({
      type: Execution,
      nullable: true,
      description: 'Its execution; null until it is queued, and when it was removed after its retention.',
      resolve: (cell, _args, { services, ctx }) => loadCellExecution(services, ctx, cell),
    }),
  }),
});

/** The connection type of the code cells of a run. */
export const NotebookRunCellConnection = connectionType('NotebookRunCell', NotebookRunCellType);
