import { OutputsSaveStatus } from '../prisma/generated/client/client.js';
import { builder } from './builder.js';
import { Execution } from './execution.js';
import { SaveFault } from './save-fault.js';

const OutputsSaveStatusEnum = builder.enumType('OutputsSaveStatus', {
  description: 'Whether the outputs of a run are in its cell.',
  values: {
    pending: {
      value: OutputsSaveStatus.pending,
      description: 'The run goes on, or its outputs are being saved.',
    },
    saved: { value: OutputsSaveStatus.saved, description: 'The notebook on the branch has them.' },
    skipped: { value: OutputsSaveStatus.skipped, description: 'The cell did not run: it keeps what it had.' },
    failed: {
      value: OutputsSaveStatus.failed,
      description: 'They were not saved; the execution still has them.',
    },
  },
});

const OutputsSave = builder.prismaObject('OutputsSave', {
  description: 'The outputs of a run, as they are saved into its cell.',
  fields: (t) => ({
    status: t.expose('status', {
      type: OutputsSaveStatusEnum,
      description: 'Whether the outputs are saved, will be, or cannot be.',
    }),
    commitSha: t.exposeString('commitOid', {
      nullable: true,
      description: 'The commit after which the branch has them; null while they are not saved.',
    }),
    error: t.field({
      type: SaveFault,
      nullable: true,
      description:
        'Why they were not saved, e.g. `source_mismatch` when the cell has another source than the one that ran.',
      resolve: ({ errorCode: code, errorDetail: detail }) => (code && detail ? { code, detail } : null),
    }),
  }),
});

builder.prismaObjectFields(Execution, (t) => ({
  outputsSave: t.relation('outputsSave', {
    type: OutputsSave,
    nullable: true,
    description: 'The save of its outputs; null where it was not asked for with `saveOutputs`.',
  }),
}));
