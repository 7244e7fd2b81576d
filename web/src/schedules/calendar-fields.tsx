import { useState } from 'react';
import { Field } from '../components/field.js';
import { timeZones } from './time-zones.js';

const presets = [
  { cron: '@hourly', label: 'Every hour' },
  { cron: '@daily', label: 'Every day at midnight' },
  { cron: '30 6 * * 1-5', label: 'Monday to Friday at 6:30' },
  { cron: '@weekly', label: 'Every Sunday at midnight' },
  { cron: '@monthly', label: 'On the first day of each month' },
  { cron: '@yearly', label: 'On the first day of each year' },
];

/** The controls `cron`, with usual values to choose from, and `timeZone`. */
export function CalendarFields({
  initialCron = '@daily',
  initialZone,
}: {
  initialCron?: string | undefined;
  /** Default that of the browser. */
  initialZone?: string | undefined;
}) {
  const [cron, setCron] = useState(initialCron);
  const [zones] = useState(() => timeZones(initialZone));
  const isPreset = presets.some((preset) => preset.cron === cron);
  return (
    <>
      <Field label="How often">
        {(field) => (
          <select {...field} value={isPreset ? cron : ''} onChange={(event) => setCron(event.target.value)}>
            {!isPreset && <option value="">As it is written below</option>}
            {presets.map((preset) => (
              <option key={preset.cron} value={preset.cron}>
                {preset.label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Cron"
        hint="Minute, hour, day of the month, month and day of the week, e.g. 30 6 * * 1-5; or a name such as @daily."
      >
        {(field) => (
          <input
            {...field}
            name="cron"
            required
            maxLength={100}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={cron}
            onChange={(event) => setCron(event.target.value)}
          />
        )}
      </Field>
      <Field label="Time zone">
        {(field) => (
          <select {...field} name="timeZone">
            {zones.map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}
