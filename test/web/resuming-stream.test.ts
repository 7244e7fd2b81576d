import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ResumingStream } from '../../web/src/api/resuming-stream.js';
import type { Subscriber } from '../../web/src/api/subscriber.js';
import type { StreamSink } from '../../web/src/api/transport.js';

interface Data {
  number: number;
}
interface Variables {
  after: number;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream whose openings are recorded; the test plays the connection. */
function openStream(more: Partial<Subscriber<Data, Variables>> = {}) {
  const seen: unknown[] = [];
  const opened: { variables: Variables; sink: StreamSink<Data> }[] = [];
  const stream = new ResumingStream<Data, Variables>({
    variables: { after: 0 },
    subscriber: {
      onData: ({ number }) => seen.push(number),
      resume: ({ number }) => ({ after: number }),
      onFault: ({ code }) => seen.push(code),
      ...more,
    },
    open(variables, sink) {
      opened.push({ variables, sink });
      return () => seen.push('stop');
    },
    onBroken: () => seen.push('broken'),
    onEvent: () => {},
    onUnauthenticated: () => seen.push('unauthenticated'),
    onEnd: () => seen.push('end'),
  });
  stream.start();
  const send = (number: number) => opened.at(-1)!.sink.next({ number });
  return { stream, seen, opened, send, sink: () => opened.at(-1)!.sink };
}

it('a broken stream is opened again after its last event', async () => {
  const { seen, opened, send, sink } = openStream();
  send(1);
  send(2);
  sink().broken();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(opened.map(({ variables }) => variables)).toEqual([{ after: 0 }, { after: 2 }]);
  send(3);
  expect(seen).toEqual([1, 2, 'broken', 'stop', 3]);
});

it('a stream that ends early is left and opened again', async () => {
  const { seen, opened, sink } = openStream();
  sink().complete();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(opened).toHaveLength(2);
  expect(seen).toEqual(['stop']);
});

it('what an old stream still says is not heard', async () => {
  const { seen, opened, sink } = openStream();
  sink().broken();
  sink().complete();
  opened[0]!.sink.next({ number: 9 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(opened).toHaveLength(2);
  expect(seen).toEqual(['broken', 'stop']);
});

it('the pauses between tries grow to ten seconds, and begin small after an event', async () => {
  const { opened, send, sink } = openStream();
  for (let tries = 0; tries < 8; tries++) {
    sink().broken();
    await vi.advanceTimersByTimeAsync(13_000);
  }
  expect(opened).toHaveLength(9);
  sink().broken();
  await vi.advanceTimersByTimeAsync(7_000);
  expect(opened).toHaveLength(9);
  await vi.advanceTimersByTimeAsync(6_000);
  send(1);
  sink().broken();
  await vi.advanceTimersByTimeAsync(500);
  expect(opened).toHaveLength(11);
});

it.each([
  ['not_found', ['stop', 'end', 'not_found']],
  ['unauthenticated', ['stop', 'end', 'unauthenticated']],
])('the error %s ends it', async (code, expected) => {
  const { seen, opened, sink } = openStream();
  sink().refused({ message: 'no', code, extensions: {} });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(opened).toHaveLength(1);
  expect(seen).toEqual(expected);
});

it.each(['overloaded', 'issuer_unavailable'])('the error %s is tried again', async (code) => {
  const { opened, sink } = openStream();
  sink().refused({ message: 'later', code, extensions: {} });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(opened).toHaveLength(2);
});

it('the last event ends it, and so does a subscriber that does not want to go on', async () => {
  const last = openStream({ isLast: ({ number }) => number === 2 });
  last.send(1);
  last.send(2);
  last.send(3);
  expect(last.seen).toEqual([1, 2, 'stop', 'end']);
  const done = openStream({ onResume: () => false });
  done.sink().broken();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done.opened).toHaveLength(1);
  expect(done.seen).toEqual(['broken', 'stop', 'end']);
});
