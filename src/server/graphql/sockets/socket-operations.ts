interface Operation {
  id: string;
  left: AbortController;
}

/** The operations of a socket that have not ended. */
export class SocketOperations {
  /** The maximum number of operations at the same time. */
  static readonly max = 100;
  readonly #open = new Set<Operation>();
  #begun = 0;

  /** Whether there are as many as there may be. */
  get isFull(): boolean {
    return this.#open.size >= SocketOperations.max;
  }

  /** How many have begun until now. */
  get begun(): number {
    return this.#begun;
  }

  /** Runs an operation, which is open until then. @throws what it throws */
  async run(id: string, work: () => Promise<void>): Promise<void> {
    const operation = { id, left: new AbortController() };
    this.#open.add(operation);
    this.#begun++;
    try {
      await work();
    } finally {
      this.#open.delete(operation);
      operation.left.abort();
    }
  }

  /** Aborts when the operation with this id has ended, or its client does not want it any more. */
  leftOf(id: string): AbortSignal | undefined {
    return [...this.#open].findLast((one) => one.id === id)?.left.signal;
  }

  /** The client has completed an operation. */
  leave(id: string): void {
    for (const one of this.#open) if (one.id === id) one.left.abort();
  }

  /** The client has gone. */
  leaveAll(): void {
    for (const { left } of this.#open) left.abort();
  }
}
