/**
 * Runs one step of the start and prints its description and duration.
 * @param what the description, e.g. `Setting up Jupyter`
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
