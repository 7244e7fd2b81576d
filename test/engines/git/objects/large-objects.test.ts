import { randomBytes } from 'node:crypto';
import { createInflate, deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { objectId, objectIdInSteps } from '../../../../src/engines/git/object-id.js';
import { decodeLoose, encodeLoose } from '../../../../src/engines/git/objects/object-codec.js';
import { runZlib } from '../../../../src/engines/git/objects/run-zlib.js';
import { countIterations } from '../../../support/count-iterations.js';

const mib = 1024 * 1024;

it.each([0, 1, 32 * 1024, mib, mib + 1, 10 * mib + 7])(
  'reads %i bytes as they were written',
  async (size) => {
    const bytes = randomBytes(size);
    const oid = objectId('blob', bytes);
    expect(await objectIdInSteps('blob', bytes)).toBe(oid);
    const read = await decodeLoose(oid, await encodeLoose('blob', bytes));
    expect(read.type).toBe('blob');
    expect(read.bytes.equals(bytes)).toBe(true);
  },
);

it('refuses a large object that is truncated, damaged or has another name', async () => {
  const bytes = randomBytes(3 * mib);
  const oid = objectId('blob', bytes);
  const file = await encodeLoose('blob', bytes);
  await expect(decodeLoose(oid, file.subarray(0, -1000))).rejects.toThrow();
  await expect(decodeLoose(oid.replace(/./g, '0'), file)).rejects.toThrow('damaged');
  file[2 * mib]! ^= 1;
  await expect(decodeLoose(oid, file)).rejects.toThrow();
});

it('refuses a stream that inflates to more than its header says', async () => {
  const more = deflateSync(Buffer.concat([Buffer.from(`blob ${mib}\0`), Buffer.alloc(20 * mib)]), {
    level: 0,
  });
  await expect(decodeLoose('0'.repeat(40), more)).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
  await expect(runZlib(createInflate(), [deflateSync(Buffer.alloc(10))], 9)).rejects.toMatchObject({
    code: 'ERR_BUFFER_TOO_LARGE',
  });
});

it('leaves the event loop free while it hashes a large object', async () => {
  const { iterations } = await countIterations(() => objectIdInSteps('blob', Buffer.alloc(64 * mib)));
  expect(iterations).toBeGreaterThan(2);
});
