import { expect, it, vi } from 'vitest';
import { Connection } from '../../src/client/connection.js';
import { executeCell } from '../../src/client/execute-cell.js';

/** A gateway whose streams are what `follow` returns, and whose run has the status. */
function connectionTo(follow: (init: RequestInit) => BodyInit, status: string): Connection {
  const answer = async (url: string, init: RequestInit) => {
    if (url.endsWith('/stream'))
      return new Response(follow(init), { headers: { 'content-type': 'text/event-stream' } });
    const isStatus = String(init.body).includes('query ExecutionStatus');
    return Response.json({
      data: isStatus ? { space: { execution: { status } } } : { executeCell: { id: 'e' } },
    });
  };
  return new Connection({ url: 'http://gateway', token: 't', fetch: answer as typeof fetch });
}
const ended = 'event: complete\ndata:\n\n';
const event = (type: string, sequence: number) =>
  `event: next\ndata: ${JSON.stringify({ data: { executionEvents: { __typename: type, sequence, late: false } } })}\n\n`;
const request = { spaceSlug: 's', sessionId: 'i', code: '1' };

it('ends when nothing follows the event after which it resumes', async () => {
  const follow = vi.fn(() => ended);
  const events: unknown[] = [];
  for await (const one of executeCell(connectionTo(follow, 'ok'), {
    ...request,
    after: 9,
    giveUpAfterMs: 2_000,
  }))
    events.push(one);
  expect(events).toEqual([]);
  expect(follow).toHaveBeenCalledTimes(2);
});

it('has the events that were written between a stream that ended early and the question for the status', async () => {
  const streams = [ended, event('StreamEvent', 1) + event('FinalResponse', 2) + ended];
  const follow = () => streams.shift()!;
  const sequences: number[] = [];
  for await (const { sequence } of executeCell(connectionTo(follow, 'ok'), request)) sequences.push(sequence);
  expect(sequences).toEqual([1, 2]);
});

it('goes on with a run that is quiet for longer than it waits for a gateway', async () => {
  let streams = 0;
  const breaking = () => {
    streams += 1;
    if (streams === 6) return event('FinalResponse', 1) + ended;
    return new ReadableStream({
      start: (controller) => void setTimeout(() => controller.error(new TypeError('terminated')), 400),
    });
  };
  const connection = connectionTo(breaking, 'running');
  const sequences: number[] = [];
  for await (const { sequence } of executeCell(connection, { ...request, giveUpAfterMs: 700 }))
    sequences.push(sequence);
  expect(sequences).toEqual([1]);
});
