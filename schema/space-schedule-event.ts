import type { ScheduleChangeKind, SpaceEventOf } from '../src/space-events/space-event.js';
import { builder } from './builder.js';
import { ErrorSummaryType } from './error-summary.js';
import { ScheduleStatusEnum } from './schedule.js';
import { interfaces, itemTypes } from './space-event.js';
import { ofWorkspace, ownerOf, timeOf } from './space-event-values.js';

const changes: Record<ScheduleChangeKind, { description: string }> = {
  created: { description: 'Somebody made it.' },
  deleted: { description: 'Somebody deleted it; the event has its last values.' },
  paused: { description: 'Somebody stopped it.' },
  resumed: { description: 'Somebody let it go on.' },
  suspended: { description: 'Its run could not start, and would not the next time either; see `error`.' },
  updated: { description: 'What it runs changed, or how or when.' },
  missed: { description: 'A due time or more had no run; see `lastMissedReason`.' },
  run_started: { description: 'It was due, and its run was queued.' },
};

const ScheduleChangeKindEnum = builder.enumType('ScheduleChangeKind', {
  description:
    'What happened to a schedule. Where several things happened together, it is the first of them in this order.',
  values: changes,
});

builder.objectRef<SpaceEventOf<'schedule'>>(itemTypes.schedule).implement({
  description: 'A schedule was made, changed or deleted, started a run, or missed a due time.',
  interfaces,
  fields: (t) => ({
    scheduleId: t.id({ description: 'UUID of the schedule.', resolve: ({ subjectId }) => subjectId }),
    workspaceId: t.id({ description: ofWorkspace, resolve: ownerOf }),
    userId: t.id({ description: 'UUID of the user who made it.', resolve: ({ data }) => data.userId }),
    scheduleChange: t.field({
      type: ScheduleChangeKindEnum,
      description: 'What happened first, e.g. that it was paused, missed a due time or started its run.',
      resolve: ({ data }) => data.change,
    }),
    scheduleStatus: t.field({
      type: ScheduleStatusEnum,
      description: 'Its state after the change; of a deleted one the last.',
      resolve: ({ data }) => data.status,
    }),
    notebookPath: t.string({
      description: 'Where the notebook that it runs is in its repository.',
      resolve: ({ data }) => data.path,
    }),
    cron: t.string({
      description: 'When it is due: five fields, or a name such as `@daily`.',
      resolve: ({ data }) => data.cron,
    }),
    timeZone: t.string({
      description: 'The time zone of `cron`, by its IANA name.',
      resolve: ({ data }) => data.timeZone,
    }),
    nextDueAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its next run is due; null unless it is `active`.',
      resolve: ({ data }) => timeOf(data.nextDueAt),
    }),
    lastRunId: t.id({
      nullable: true,
      description: 'UUID of the last run that it started; null for none.',
      resolve: ({ data }) => data.lastRunId,
    }),
    missedCount: t.int({
      description: 'How many of its due times had no run until then, as in `Schedule`.',
      resolve: ({ data }) => data.missedCount,
    }),
    lastMissedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The last due time without a run; null for none.',
      resolve: ({ data }) => timeOf(data.lastMissedAt),
    }),
    lastMissedReason: t.string({
      nullable: true,
      description: 'Why that one had none, in a sentence.',
      resolve: ({ data }) => data.missedReason,
    }),
    error: t.field({
      type: ErrorSummaryType,
      nullable: true,
      description: 'Why it is `suspended`; null for every other status.',
      resolve: ({ data }) =>
        data.errorCode === null ? null : { name: data.errorCode, message: data.errorDetail ?? '' },
    }),
  }),
});
