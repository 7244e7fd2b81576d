/** Waits until all promises are resolved or rejected, so that nothing runs on. @throws the first rejection */
export async function allEnded<T extends unknown[]>(
  parts: [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(parts);
  return (await Promise.all(parts)) as T;
}
