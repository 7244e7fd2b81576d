/** A received server-sent event. */
export interface SentEvent {
  id?: string;
  event: string;
  data: any;
}

/** Reads the events of a response until it ends or `until` returns true; then it closes the connection. */
export async function readEvents(
  response: Response,
  until: (event: SentEvent) => boolean = () => false,
): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const text = decoder.decode(chunk, { stream: true });
    const mayEnd = `${buffer.slice(-1)}${text}`.includes('\n\n');
    buffer += text;
    // A search of the whole buffer for each chunk would take minutes for a large event.
    if (!mayEnd) continue;
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const event = parseEvent(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (!event) continue;
      events.push(event);
      if (until(event)) return events;
    }
  }
  return events;
}

/** The text of the first events of a response, comments included; then the connection is closed. */
export async function readFirst(response: Response, count: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const ends = [...text.matchAll(/\n\n/g)].map(({ index }) => index + 2);
    const end = ends.find((one) => parseEvents(text.slice(0, one)).length === count);
    if (end !== undefined) return text.slice(0, end);
  }
  return text;
}

/** The events of a stream's whole text; comments are left out. */
export function parseEvents(text: string): SentEvent[] {
  return text.split('\n\n').flatMap((block) => parseEvent(block) ?? []);
}

function parseEvent(text: string): SentEvent | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  if (!fields.has('event') && !fields.has('data')) return null;
  const data = fields.get('data');
  return {
    id: fields.get('id'),
    event: fields.get('event') ?? 'message',
    data: data ? JSON.parse(data) : null,
  };
}
