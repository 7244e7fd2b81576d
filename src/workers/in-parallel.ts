/**
 * Does the work for each item, in order, at most `limit` at once. After one that fails no other is begun.
 * @throws what the first that failed threw, once those that were begun are over
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed: { error: unknown } | undefined;
  async function take(): Promise<void> {
    for (let next = left.next(); !next.done && !failed; next = left.next()) {
      await work(next.value).catch((error) => {
        failed ??= { error };
      });
    }
  }
  await Promise.all(Array.from({ length: limit }, take));
  if (failed) throw failed.error;
}
