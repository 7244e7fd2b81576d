import type { NotebookRunCell } from '../prisma/generated/client/client.js';
import { builder } from './builder.js';
import { Execution } from './execution.js';

/** The object type of a code cell of a run. */
export const NotebookRunCellType = builder.objectRef<NotebookRunCell>('NotebookRunCell').implement({
  description: 'A code cell of the run of a notebook.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'The order in which the cells run, from 1.' }),
    cellIndex: t.exposeInt('cellIndex', { description: 'The index in the executed notebook, from 0.' }),
    cellId: t.exposeString('cellId', { nullable: true, description: "The cell's nbformat id." }),
    executionId: t.exposeID('executionId', { description: 'UUID of its execution, once it is queued.' }),
    execution: t.field({
      type: Execution,
      nullable: true,
      description: 'Its execution; null until it is queued.',
      resolve: ({ executionId }, _args, { services }) =>
        services.prisma.execution.findUnique({ where: { id: executionId } }),
    }),
  }),
});
