const maxNames = 1_000;

/** A set of names that forgets the oldest of more than 1,000. */
export class BoundedNames {
  readonly #names = new Set<string>();

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > maxNames && oldest !== undefined) this.#names.delete(oldest);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }
}
