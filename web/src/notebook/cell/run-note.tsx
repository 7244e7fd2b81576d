import type { CellRun } from '../kernel/notebook-runs.js';

const endings: Record<string, string> = {
  aborted: 'Not run, because a cell before it failed.',
  cancelled: 'Cancelled.',
  timed_out: 'Interrupted, because it took too long.',
};

/** What is to say about a run beside its outputs. */
export function RunNote({ run }: { run: CellRun }) {
  const { status, failure, lost, isCut, durationMs } = run.state;
  return (
    <div className="run-notes">
      {failure && (
        <p className="fault" role="alert">
          {failure}
        </p>
      )}
      {endings[status] && <p className="hint">{endings[status]}</p>}
      {status === 'queued' && (
        <p className="hint">{run.sessionId ? 'Waits for the cells before it.' : 'Waits for the kernel.'}</p>
      )}
      {lost > 0 && <p className="hint">{lost} messages of the kernel are missing.</p>}
      {isCut && <p className="hint">A part of the output is not shown here.</p>}
      {durationMs !== null && durationMs >= 1_000 && (
        <p className="hint">{(durationMs / 1_000).toFixed(durationMs < 10_000 ? 1 : 0)} s</p>
      )}
    </div>
  );
}
