import type { ScheduleRowFragment } from '../../generated/shell.js';

/** What the form of a schedule has, as it is typed; the parameters are JSON, nothing for none. */
export interface ScheduleTexts {
  path: string;
  cron: string;
  timeZone: string;
  parameters: string;
}

/** The settings of a schedule, as its form has them. */
export function scheduleTexts({
  path,
  cron,
  timeZone,
  parameters,
}: Pick<ScheduleRowFragment, keyof ScheduleTexts>): ScheduleTexts {
  const json = JSON.stringify(parameters, null, 2);
  return { path, cron, timeZone, parameters: json === '{}' ? '' : json };
}

/** The texts that are not as they were; a form has them without spaces around them. */
export function changedTexts(now: ScheduleTexts, before: ScheduleTexts): Partial<ScheduleTexts> {
  const names = Object.keys(now) as (keyof ScheduleTexts)[];
  const changed = names.filter((name) => now[name].trim() !== before[name].trim());
  return Object.fromEntries(changed.map((name) => [name, now[name]]));
}
