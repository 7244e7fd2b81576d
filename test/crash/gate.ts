import { EventEmitter, once } from 'node:events';

/** Lets clients work, and waits for them where nobody may. */
export interface Gate {
  /** Runs a step as soon as the gate is open. @returns false, without running it, once the gate has ended */
  pass(step: () => Promise<void>): Promise<boolean>;
  open(): void;
  /** Closes it; resolves when nobody is inside. */
  close(): Promise<void>;
  /** Sends all away who wait or come. */
  end(): void;
}

/** Makes a {@link Gate} that is closed. */
export function createGate(): Gate {
  const changes = new EventEmitter().setMaxListeners(0);
  let state: 'open' | 'closed' | 'ended' = 'closed';
  let inside = 0;
  const become = (next: typeof state) => {
    state = next;
    changes.emit('change');
  };
  return {
    async pass(step) {
      while (state === 'closed') await once(changes, 'change');
      if (state === 'ended') return false;
      inside += 1;
      try {
        await step();
      } finally {
        inside -= 1;
        changes.emit('change');
      }
      return true;
    },
    open: () => become('open'),
    async close() {
      become('closed');
      while (inside > 0) await once(changes, 'change');
    },
    end: () => become('ended'),
  };
}
