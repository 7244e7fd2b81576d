/** The engine's lines are a few hundred bytes long. */
const maxLineLength = 1024 * 1024;

/**
 * Reads a stream of JSON values, one a line, as the engine sends events and the progress of a pull.
 * @throws Error when a line is longer than 1 MiB, and what the stream fails with
 */
export async function* readJsonLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (
      rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
    ).split('\n');
    rest = lines.pop()!;
    if (rest.length > maxLineLength) throw new Error('The Docker engine sent a line without an end.');
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
}
