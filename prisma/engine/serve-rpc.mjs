import { createInterface } from 'node:readline';

/**
 * Answers the CLI's requests one after the other until it closes its end. Whatever fails, also the engine's start and a
 * panic, is an answer: when the engine's process ends by itself, the CLI may end with exit code 0.
 *
 * @param {Promise<import('@prisma/schema-engine-wasm').SchemaEngine>} starting
 * @param {Promise<never>} panic
 * @param {NodeJS.ReadableStream} input
 * @param {NodeJS.WritableStream} output
 */
export async function serveRpc(starting, panic, input, output) {
  // It is awaited with the first request, which may come later than the failure.
  starting.catch(() => undefined);
  const send = (message) => output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const { id, method, params } = JSON.parse(line);
    // Without a method it is the answer to our `print`.
    if (method === undefined) continue;
    try {
      const result = await Promise.race([starting.then((engine) => call(engine, method, params)), panic]);
      if (method === 'diff' && result.stdout) {
        send({ id: `print-${id}`, method: 'print', params: { content: result.stdout } });
      }
      send({ id, result: result ?? null });
    } catch (error) {
      send({ id, error: rpcError(error) });
    }
  }
}

function call(engine, method, params) {
  if (method === 'getDatabaseVersion') return engine.version(params);
  return engine[method](params);
}

/** The shape that the CLI prints from, with the native engine's fixed code and text. */
function rpcError(error) {
  return {
    code: 4466,
    message: 'An error happened. Check the data field for details.',
    data: {
      is_panic: false,
      message: error?.message ?? String(error),
      meta: null,
      error_code: error?.code ?? null,
    },
  };
}
