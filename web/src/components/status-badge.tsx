const tones: Record<string, 'good' | 'busy' | 'bad'> = {
  ready: 'good',
  idle: 'good',
  ok: 'good',
  synced: 'good',
  active: 'good',
  busy: 'busy',
  starting: 'busy',
  restarting: 'busy',
  stopping: 'busy',
  running: 'busy',
  queued: 'busy',
  pending: 'busy',
  failed: 'bad',
  dead: 'bad',
  error: 'bad',
  timed_out: 'bad',
  conflicted: 'bad',
  suspended: 'bad',
};

/** A status of the API in its colour. */
export function StatusBadge({ status }: { status: string }) {
  return <span className={`badge badge-${tones[status] ?? 'plain'}`}>{status.replaceAll('_', ' ')}</span>;
}
