import type { MaintenanceStep } from '../../../prisma/generated/client/client.js';

const intervalMs = 500;

/** Keeps the progress of one maintenance, without a write for each of git's many lines. */
export interface ProgressWriter {
  /** A step that begins is written at once, a percentage at most twice a second. */
  tell(step: MaintenanceStep, percent: number | null): void;
  /** Waits for the write under way; nothing is written after it. */
  end(): Promise<void>;
}

/** @param write keeps one state; its failure is ignored, for the next one may do better */
export function progressWriter(
  write: (step: MaintenanceStep, percent: number | null) => Promise<void>,
): ProgressWriter {
  let writing: Promise<void> | undefined;
  let next: [MaintenanceStep, number | null] | undefined;
  let written: { step: MaintenanceStep; at: number } | undefined;
  let ended = false;

  async function drain(): Promise<void> {
    while (next && !ended) {
      const [step, percent] = next;
      next = undefined;
      await write(step, percent).catch(() => {});
      written = { step, at: performance.now() };
    }
    writing = undefined;
  }

  return {
    tell(step, percent) {
      if (written?.step === step && performance.now() - written.at < intervalMs) return;
      next = [step, percent];
      writing ??= drain();
    },
    async end() {
      ended = true;
      await writing;
    },
  };
}
