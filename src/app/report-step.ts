/**
 * Runs one step of the start and says what it does and how long it took.
 * @throws what `run` throws
 */
export async function reportStep<T>(what: string, run: () => Promise<T>): Promise<T> {
  const from = performance.now();
  process.stdout.write(`${what} … `);
  try {
    const result = await run();
    process.stdout.write(`${((performance.now() - from) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}
