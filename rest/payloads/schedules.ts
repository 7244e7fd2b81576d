import { z } from 'zod';
import { pageQuery } from './lists.js';
import { runSettings } from './notebook-runs.js';
import { ofWorkspaceText, pathText, text } from './texts.js';

const cron = text(
  'Minute, hour, day of the month, month and day of the week, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.',
  { minLength: 1, maxLength: 100 },
  'cron',
);
const timeZone = text(
  'The time zone of `cron`, by its name in the IANA time zone database; default: `UTC`.',
  { minLength: 1, maxLength: 100 },
  'timeZone',
);
const path = pathText('The notebook.', 'notebookPath');
const isPaused = z.boolean().nullish();

/** Which schedules are listed. */
export const listSchedulesQuery = pageQuery(20, 100).extend({
  workspace_id: ofWorkspaceText.optional(),
});

/** A new schedule. */
export const createScheduleBody = z.strictObject({
  workspace_id: text('The workspace of the notebook.'),
  cron,
  time_zone: timeZone.nullish(),
  path,
  ...runSettings,
  is_paused: isPaused.describe('Whether it starts no runs yet; default: `false`.'),
});

/** Changes of a schedule; what is absent stays. */
export const updateScheduleBody = z.strictObject({
  cron: cron.nullish(),
  time_zone: timeZone.nullish(),
  path: path.nullish(),
  ...runSettings,
  is_paused: isPaused.describe(
    '`true` stops it; `false` lets it go on from now, also after it was suspended.',
  ),
});

/** The input of the mutations, without what only a new one has. */
export function scheduleInput(body: z.infer<typeof updateScheduleBody>) {
  return {
    ...{ timeZone: body.time_zone, ref: body.ref, parameters: body.parameters, saveTo: body.save_to },
    ...{ kernelProfileId: body.kernel_profile_id, timeoutSeconds: body.timeout_seconds },
    ...{ allowErrors: body.allow_errors, isPaused: body.is_paused },
  };
}
