import { expect, it } from 'vitest';
import { BodyReader } from '../../../../src/engines/git/serve/body-reader.js';
import { pktLine } from '../../../../src/engines/git/serve/pkt-line.js';
import { readPushRequest } from '../../../../src/engines/git/serve/push-request.js';

const oid = 'a'.repeat(40);
const none = '0'.repeat(40);

/** Reads a request of such lines, and how many of them were taken from the client. */
async function read(lines: number, line: (n: number) => string) {
  let taken = 0;
  async function* body() {
    for (; taken < lines; taken++) yield pktLine(line(taken));
    yield Buffer.from('0000');
  }
  return { request: await readPushRequest(new BodyReader(body(), 2 ** 30)), taken };
}

it('a push is read up to 1 MiB of commands, and no further', async () => {
  const limit = 21_399;
  const line = () => `shallow ${oid}\n`;
  expect((await read(limit, line)).request.fault).toBeNull();
  const over = await read(5 * limit, line);
  expect(over.request.fault).toMatch(/over 1 MiB/);
  expect(over.taken).toBe(limit);
});

it('a push of over 1,000 refs is refused, and each of them is known for the report', async () => {
  const line = (n: number) => `${none} ${oid} refs/tags/${n}\n`;
  expect((await read(1_000, line)).request.fault).toBeNull();
  const { request } = await read(1_001, line);
  expect(request.fault).toMatch(/at most 1000 refs; push in parts/);
  expect(request.commands).toHaveLength(1_001);
});

it('a ref may have a name of 300 bytes, and a longer one is refused', async () => {
  const named = (bytes: number) => () => `${none} ${oid} ${'é'.repeat(bytes / 2)}\0 report-status\n`;
  expect((await read(1, named(300))).request).toMatchObject({ commands: [{ to: oid }], fault: null });
  expect((await read(1, named(302))).request).toEqual({
    commands: [],
    capabilities: new Set(['report-status']),
    fault: 'a ref has a name of over 300 bytes',
  });
});
