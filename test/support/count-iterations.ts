/** How often the event loop comes round while some work runs: once or not at all where the work blocks it. */
export async function countTurns<T>(work: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let next = setImmediate(count);
  function count(): void {
    turns += 1;
    next = setImmediate(count);
  }
  try {
    return { result: await work(), turns };
  } finally {
    clearImmediate(next);
  }
}
