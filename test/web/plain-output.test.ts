import { expect, it } from 'vitest';
import { emptyOutput, withEvent } from '../../web/src/runs/plain-output.js';

type RunEvent = Parameters<typeof withEvent>[1];
const after = (...events: object[]) =>
  events.reduce(
    (output: typeof emptyOutput, event) => withEvent(output, { sequence: 1, ...event } as RunEvent),
    emptyOutput,
  );
const stream = (text: string) => ({ __typename: 'StreamEvent', name: 'stdout', text });

it('prints follow each other, without the escape sequences of terminals', () => {
  expect(after(stream('\u001b[31mred\u001b[0m '), stream('plain\n')).text).toBe('red plain\n');
});

it('an escape sequence that is split over several prints is not shown', () => {
  expect(after(stream('a\u001b'), stream('[3'), stream('1mred\u001b['), stream('0m b')).text).toBe('ared b');
});

it('a carriage return writes its line again, also across two events', () => {
  expect(after(stream('head\n10 %\r'), stream('20 %\r'), stream('30 %')).text).toBe('head\n30 %');
  expect(after(stream('a\r\nb')).text).toBe('a\nb');
});

it('output is cleared immediately, or when the next one comes', () => {
  const clear = (wait: boolean) => ({ __typename: 'ClearOutputEvent', wait });
  expect(after(stream('old'), clear(false)).text).toBe('');
  expect(after(stream('old'), clear(true)).text).toBe('old');
  expect(after(stream('old'), clear(true), stream('new')).text).toBe('new');
});

it('an exception shows its traceback, and a failure its reason', () => {
  const error = {
    __typename: 'ErrorEvent',
    ename: 'E',
    evalue: 'v',
    traceback: ['\u001b[0;31mline 1', 'E: v'],
  };
  expect(after(error).text).toBe('line 1\nE: v\n');
  expect(after({ ...error, traceback: [] }).text).toBe('E: v\n');
  expect(after({ __typename: 'ExecutionFailure', detail: 'The kernel died.' }).text).toBe(
    'The kernel died.\n',
  );
});

it('an exception, a result and a failure begin a line of their own', () => {
  const error = { __typename: 'ErrorEvent', ename: 'E', evalue: 'v', traceback: ['line 1', 'E: v'] };
  expect(after(stream('working…'), error).text).toBe('working…\nline 1\nE: v\n');
  expect(after(stream('done\n'), error).text).toBe('done\nline 1\nE: v\n');
  expect(after(stream('10 %\r'), error).text).toBe('10 %\nline 1\nE: v\n');
  const result = { __typename: 'ExecuteResultEvent', data: { 'text/plain': '42' } };
  expect(after(stream('a'), result).text).toBe('a\n42\n');
  expect(after(stream('a'), { __typename: 'ClearOutputEvent', wait: true }, result).text).toBe('42\n');
});

it('images are shown when they are base64, and only the newest four', () => {
  const image = (data: string) => ({
    __typename: 'DisplayDataEvent',
    data: { 'image/png': data, 'text/plain': '<Figure>' },
  });
  expect(after(image('aGk=\n')).images).toEqual([{ number: 1, source: 'data:image/png;base64,aGk=' }]);
  expect(after(image('x" onerror="alert(1)')).images).toEqual([]);
  expect(after(...Array.from({ length: 6 }, () => image('aGk='))).images.map(({ number }) => number)).toEqual(
    [3, 4, 5, 6],
  );
});

it('stored outputs replace what was there', () => {
  const outputs = [
    { output_type: 'stream', text: ['a\n', 'b\n'] },
    { output_type: 'execute_result', data: { 'text/plain': '42' } },
    null,
    7,
  ];
  expect(after(stream('old'), { __typename: 'OutputsResetEvent', outputs }).text).toBe('a\nb\n42\n');
});

it('a long output keeps its end', () => {
  const { text } = after(stream('x'.repeat(50_000)), stream('end'));
  expect(text).toHaveLength(20_000);
  expect(text.endsWith('xend')).toBe(true);
});

it('hostile output takes no time: one long line, or many carriage returns', () => {
  const from = performance.now();
  expect(after(stream('x'.repeat(500_000)), stream('\r')).text.endsWith('x\r')).toBe(true);
  expect(after(stream('\r'.repeat(500_000)), stream('end')).text).toBe('end');
  expect(after(stream('\r\n'.repeat(50_000))).text).toHaveLength(10_000);
  expect(after(stream('\u001b['.repeat(500_000))).text.length).toBeLessThanOrEqual(20_000);
  expect(performance.now() - from).toBeLessThan(1_000);
});
