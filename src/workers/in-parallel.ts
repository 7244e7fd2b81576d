import pLimit from 'p-limit';

/**
 * Does the work for each item, in order, at most `limit` at the same time. After one that fails no other is begun.
 * @throws the error of the first that failed, once all that were begun have ended
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed: { error: unknown } | undefined;
  await pLimit(limit).map(items, async (item) => {
    if (failed) return;
    await work(item).catch((error) => {
      failed ??= { error };
    });
  });
  if (failed) throw failed.error;
}
