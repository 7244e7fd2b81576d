/** Undoes a set-up of several steps, also where it fails on the way. */
export class CleanUp {
  readonly #steps: (() => unknown)[] = [];

  /** Adds what undoes the step that was done last. */
  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Runs a set-up, and undoes what it has done if it fails. */
  async unlessDone<T>(setUp: () => Promise<T>): Promise<T> {
    try {
      return await setUp();
    } catch (error) {
      await this.run().catch(() => {});
      throw error;
    }
  }

  /** Undoes all steps, the last first; one that fails does not keep the others. @throws what the first of them threw */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
