import type { RunEntry } from '../src/notebook-runs/follow-run.js';
import { writeRunCursor } from '../src/notebook-runs/run-cursor.js';
import { watchRun } from '../src/subscriptions/watch-run.js';
import { builder } from './builder.js';
import { ExecutionEventInterface } from './execution-event.js';
import { NotebookRunType } from './notebook-run.js';

const NotebookRunEvent = builder.objectRef<RunEntry>('NotebookRunEvent').implement({
  description: 'An event of one of the cells of a run, or its end.',
  fields: (t) => ({
    cursor: t.string({
      description: 'To resume after this event.',
      resolve: ({ cursor }) => writeRunCursor(cursor),
    }),
    cellId: t.string({
      nullable: true,
      description: "The cell's nbformat id; null for the end of the run.",
      resolve: (entry) => ('cell' in entry ? entry.cell.cellId : null),
    }),
    event: t.field({
      type: ExecutionEventInterface,
      nullable: true,
      description:
        'An entry of the log of the cell; its `cellIndex` is that of the executed notebook. Null for the end of the run.',
      resolve: (entry) => ('cell' in entry ? { execution: entry.execution, ...entry.entry } : null),
    }),
    ended: t.field({
      type: NotebookRunType,
      nullable: true,
      description: 'The run at its end, with the last event; null before.',
      resolve: (entry) => ('ended' in entry ? entry.ended : null),
    }),
  }),
});

builder.subscriptionField('notebookRunEvents', (t) =>
  t.field({
    type: NotebookRunEvent,
    description:
      'Replays the events of a run after a cursor, cell by cell, then follows it to its end; also after that. A stream that ' +
      'ends without the event that has `ended` is to be resumed: the gateway stopped, and the run goes on. Needs the scope `read`.',
    args: {
      runId: t.arg.id({ required: true, description: 'UUID of the run.' }),
      after: t.arg.string({
        description: 'The `cursor` of the last event that the client has; default none.',
      }),
    },
    subscribe: (_root, { runId, after }, { services, ctx }) => watchRun(services, ctx, runId, after),
    resolve: (entry) => entry,
  }),
);
