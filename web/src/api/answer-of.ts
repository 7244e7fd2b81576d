import type { AnyVariables, OperationResult, OperationResultSource } from 'urql';

/**
 * Waits for the answer of a query, and cancels its request when nobody needs it any more.
 * @returns null where it was cancelled
 */
export async function answerOf<Data, Variables extends AnyVariables>(
  source: OperationResultSource<OperationResult<Data, Variables>>,
  signal: AbortSignal,
): Promise<OperationResult<Data, Variables> | null> {
  if (signal.aborted) return null;
  let end = () => {};
  const answer = new Promise<OperationResult<Data, Variables> | null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
    end = source.subscribe((result) => {
      if (!result.stale && !result.hasNext) resolve(result);
    }).unsubscribe;
  });
  try {
    return await answer;
  } finally {
    end();
  }
}
