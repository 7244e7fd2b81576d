import type { PushRequest, RefCommand } from './push-request.js';

/** The outcome of each command of a push. */
export class PushOutcome {
  readonly #reasons = new Map<RefCommand, string>();
  readonly #moved = new Set<RefCommand>();

  readonly #request: PushRequest;

  constructor(request: PushRequest) {
    this.#request = request;
  }

  /** The commands that are neither refused nor carried out yet. */
  get open(): RefCommand[] {
    return this.#request.commands.filter((command) => this.isOpen(command));
  }

  /** Whether a command is neither refused nor carried out yet. */
  isOpen(command: RefCommand): boolean {
    return !this.#reasons.has(command) && !this.#moved.has(command);
  }

  /** The commands whose ref has moved. */
  get moved(): RefCommand[] {
    return [...this.#moved];
  }

  /** The ref of a command has moved, whatever happened to other commands meanwhile. */
  carriedOut(command: RefCommand): void {
    this.#moved.add(command);
    this.#reasons.delete(command);
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
