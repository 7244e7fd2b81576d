import { expect, it } from 'vitest';
import { ByteBudget } from '../../../src/engines/events/byte-budget.js';
import { StreamOutput } from '../../../src/server/graphql/stream-output.js';

const limits = { perUser: 200_000, total: 1_000_000, always: 0 };
const bytesOf = (length: number) => Buffer.from(JSON.stringify({ data: 'x'.repeat(length) }));
const eventOf = (payload: object) => `event: next\ndata: ${JSON.stringify(payload)}\n\n`;

async function sent(output: StreamOutput, event: string) {
  const parts: Uint8Array[] = [];
  await output.send(event, async (bytes) => void parts.push(bytes));
  return Buffer.concat(parts).toString();
}

it('an event is sent with the result that it stands for, whose bytes count until then', async () => {
  const budget = new ByteBudget('results', limits);
  const output = new StreamOutput(budget, 'user');
  for (const length of [10, 90_000]) {
    const result = bytesOf(length);
    await output.admit();
    const alone = output.hold(result);
    await output.admit();
    const named = output.hold(result);
    expect(budget.held).toBe(2 * result.length);
    expect(await sent(output, eventOf(alone))).toBe(`event: next\ndata: ${result}\n\n`);
    expect(budget.held).toBe(result.length);
    const event = eventOf({ id: 'one', payload: named });
    expect(await sent(output, event)).toBe(`event: next\ndata: {"id":"one","payload":${result}}\n\n`);
    expect(budget.held).toBe(0);
  }
  for (const event of [':\n\n', 'event: complete\ndata:\n\n', eventOf({ data: { a: 1 } })])
    expect(await sent(output, event)).toBe(event);
});

it('too much for one user is refused, and nothing counts any more when the stream is closed', async () => {
  const budget = new ByteBudget('results', limits);
  const [output, other] = [new StreamOutput(budget, 'user'), new StreamOutput(budget, 'user')];
  output.hold(bytesOf(150_000));
  expect(() => other.hold(bytesOf(60_000))).toThrow('read them first');
  output.close();
  expect(budget.held).toBe(0);
  other.hold(bytesOf(60_000));
  expect(output.hold(bytesOf(100))).toEqual({ data: null });
  await expect(output.admit()).rejects.toThrow('closed');
  other.close();
  expect(budget.held).toBe(0);
});

it('a stream that is closed while it sends gives its bytes back once', async () => {
  const budget = new ByteBudget('results', limits);
  const output = new StreamOutput(budget, 'user');
  await output.admit();
  await output.send(eventOf(output.hold(bytesOf(10))), async () => output.close());
  expect(budget.held).toBe(0);
});
