const format = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/**
 * When something is due, by the clock of the browser with its time zone: that of the schedule may be another.
 * @param time in ISO 8601
 */
export function DueTime({ time }: { time: string }) {
  return <time dateTime={time}>{format.format(new Date(time))}</time>;
}
