import type { PushRequest, RefCommand } from './push-request.js';

/** What becomes of each command of a push. */
export class PushOutcome {
  private readonly reasons = new Map<RefCommand, string>();
  /** The commands that were carried out. */
  readonly moved: RefCommand[] = [];

  constructor(private readonly request: PushRequest) {}

  /** The commands that nothing speaks against yet. */
  get open(): RefCommand[] {
    return this.request.commands.filter(
      (command) => !this.reasons.has(command) && !this.moved.includes(command),
    );
  }

  /** Refuses one command; of an atomic push, all that are open with it. */
  refuse(command: RefCommand, reason: string): void {
    this.reasons.set(command, reason);
    if (!this.isAtomic) return;
    for (const other of this.open) this.reasons.set(other, 'atomic push failed: another ref was refused');
  }

  /** Refuses all that is open. */
  refuseAll(reason: string): void {
    for (const command of this.open) this.reasons.set(command, reason);
  }

  /** All refs or none, as the client asked. */
  get isAtomic(): boolean {
    return this.request.capabilities.has('atomic');
  }

  /** Each command with the reason why it was refused, null where it was carried out. */
  results(): { ref: string; reason: string | null }[] {
    return this.request.commands.map((command) => ({
      ref: command.ref,
      reason: this.reasons.get(command) ?? null,
    }));
  }
}
