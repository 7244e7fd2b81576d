/** How often the event loop comes round while some work runs: once or not at all where the work blocks it. */
export async function countIterations<T>(work: () => Promise<T>): Promise<{ result: T; iterations: number }> {
  let iterations = 0;
  let next = setImmediate(count);
  function count(): void {
    iterations += 1;
    next = setImmediate(count);
  }
  try {
    return { result: await work(), iterations };
  } finally {
    clearImmediate(next);
  }
}
