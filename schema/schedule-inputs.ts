import { builder } from './builder.js';
import { SaveToInput } from './notebook-run.js';

const texts = {
  cron: 'Five fields: minute, hour, day of the month, month and day of the week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`',
  timeZone: 'The time zone of `cron`, by its IANA name',
  path: 'The notebook: relative, `/`-separated',
  ref: "A branch, tag or commit sha; default the workspace's branch.",
  parameters: 'An object of values by name, as for `runNotebook`; default none.',
  saveTo:
    'Where executed notebooks are saved; default at the path that is run. Where `ref` is a tag or a commit, name another ' +
    'path or branch: else the second run finds another file on the branch, and suspends the schedule.',
  kernelProfileId: "Default the profile of the notebook's kernel, or the default profile.",
  timeoutSeconds: 'Ends each run after so many seconds; default no limit.',
  allowErrors: 'Whether runs go on behind a cell that raises an exception; default false.',
};

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

function runFields(t: InputFields) {
  return {
    ref: t.string({ description: texts.ref }),
    parameters: t.field({ type: 'JSON', description: texts.parameters }),
    saveTo: t.field({ type: SaveToInput, description: texts.saveTo }),
    kernelProfileId: t.id({ description: texts.kernelProfileId }),
    timeoutSeconds: t.float({ description: texts.timeoutSeconds }),
    allowErrors: t.boolean({ description: texts.allowErrors }),
  };
}

/** The input of a new schedule. */
export const CreateScheduleInput = builder.inputType('CreateScheduleInput', {
  description: 'Which notebook is run, when and how.',
  fields: (t) => ({
    workspaceId: t.id({ required: true, description: 'UUID of a workspace of the space.' }),
    cron: t.string({ required: true, description: `${texts.cron}.` }),
    timeZone: t.string({ description: `${texts.timeZone}; default \`UTC\`.` }),
    path: t.string({ required: true, description: `${texts.path}.` }),
    ...runFields(t),
    isPaused: t.boolean({ description: 'Whether it starts no runs yet; default false.' }),
  }),
});

/** The input that changes a schedule. */
export const UpdateScheduleInput = builder.inputType('UpdateScheduleInput', {
  description:
    'What to change of a schedule. What is absent stays; null sets the default where there is one.',
  fields: (t) => ({
    cron: t.string({ description: `${texts.cron}.` }),
    timeZone: t.string({ description: `${texts.timeZone}.` }),
    path: t.string({ description: `${texts.path}.` }),
    ...runFields(t),
    isPaused: t.boolean({
      description: 'True stops it. False lets it go on from now, also after it was suspended.',
    }),
  }),
});
