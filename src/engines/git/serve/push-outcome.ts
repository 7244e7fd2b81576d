import type { PushRequest, RefCommand } from './push-request.js';

/** The outcome of each command of a push. */
export class PushOutcome {
  readonly #reasons = new Map<RefCommand, string>();
  /** The commands whose ref has moved. */
  readonly moved: RefCommand[] = [];

  readonly #request: PushRequest;

  constructor(request: PushRequest) {
    this.#request = request;
  }

  /** The commands that are neither refused nor carried out yet. */
  get open(): RefCommand[] {
    return this.#request.commands.filter(
      (command) => !this.#reasons.has(command) && !this.moved.includes(command),
    );
  }

  /** Refuses one command, and with it all open ones of an atomic push. */
  refuse(command: RefCommand, reason: string): void {
    this.#reasons.set(command, reason);
    if (!this.isAtomic) return;
    for (const other of this.open) this.#reasons.set(other, 'atomic push failed: another ref was refused');
  }

  /** Refuses all open commands. */
  refuseAll(reason: string): void {
    for (const command of this.open) this.#reasons.set(command, reason);
  }

  /** Whether the client wants all refs to move or none. */
  get isAtomic(): boolean {
    return this.#request.capabilities.has('atomic');
  }

  /** The result of each command: why it was refused, or null. */
  results(): { ref: string; reason: string | null }[] {
    return this.#request.commands.map((command) => ({
      ref: command.ref,
      reason: this.#reasons.get(command) ?? null,
    }));
  }
}
