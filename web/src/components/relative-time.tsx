import { useSyncExternalStore } from 'react';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
const format = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

function eachTenSeconds(listener: () => void): () => void {
  const timer = setInterval(listener, 10_000);
  return () => clearInterval(timer);
}
const tenSeconds = () => Math.floor(Date.now() / 10_000);

/** How long ago something was. @param time in ISO 8601 */
export function RelativeTime({ time }: { time: string }) {
  useSyncExternalStore(eachTenSeconds, tenSeconds);
  const date = new Date(time);
  const seconds = Math.round((date.getTime() - Date.now()) / 1_000);
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  const text = unit ? format.format(Math.trunc(seconds / unit[1]), unit[0]) : 'just now';
  return (
    <time dateTime={time} title={exact.format(date)}>
      {text}
    </time>
  );
}
