import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { workerProgram } from '../../../src/workers/backends/external/worker-program.js';
import { testPython } from '../../support/jupyter.js';

/** Fills spools of the relay and prints what they have as one line of JSON. */
const program = `
import importlib.util, json, os, resource, sys
spec = importlib.util.spec_from_file_location('gateway_relay', sys.argv[1])
relay = importlib.util.module_from_spec(spec)
spec.loader.exec_module(relay)
relay.MAX_MEMORY_BYTES, relay.RESERVED_BYTES = 40_000, 20_000
relay.SEGMENT_BYTES = {False: 10_000, True: 30_000}


def message(kind, run, size=1_000):
    return [json.dumps(one).encode() for one in ({'msg_type': kind}, {'msg_id': run, 'msg_type': 'execute_request'}, {})] + [b'x' * size]


def records(spool):
    found = []
    for position in range(spool.first, spool.next):
        record, is_text = spool.read(position)
        if is_text:
            lost = json.loads(record)
            assert lost.pop('position') == position
            found.append(lost)
        else:
            assert int.from_bytes(record[:8], 'little') == position
            start = record.index(b'{"msg_type"')
            found.append(json.loads(record[start:record.index(b'}', start) + 1])['msg_type'])
    return found


def open_files():
    return len(os.listdir('/proc/self/fd'))


files = open_files()
spool = relay.Spool('', 100_000, 1_000)
for _ in range(200):
    spool.append('iopub', message('stream', 'one'))
kept = spool.next - 1_000
for _ in range(7):
    spool.append('iopub', message('display_data', 'two'))
spool.append('iopub', message('status', 'two'))
spool.append('shell', message('execute_reply', 'two'))
full = records(spool)
in_memory, size = spool.in_memory, spool.size
for _ in range(1_000):
    spool.append('iopub', message('status', 'two'))
flooded = spool.size
spool.acknowledge(spool.next - 1)
spool.append('iopub', message('stream', 'three'))
after = records(spool)
spool.close()
large = relay.Spool('', 100_000)
large.append('iopub', message('stream', 'one', 90_000))
large.append('iopub', message('stream', 'one', 90_000))
print(json.dumps({
    'kept': kept, 'full': full[:1] + full[kept:], 'inMemory': in_memory, 'size': size, 'flooded': flooded,
    'after': after, 'large': [records(large), large.lost, large.in_memory],
    'openFiles': open_files() - files, 'empty': [spool.size, spool.in_memory],
}))
`;

test('a full spool says how many messages of which run it dropped, keeps replies, and is bounded', async () => {
  const { python } = await testPython();
  const { stdout } = await promisify(execFile)(python, [
    '-I',
    '-c',
    program,
    workerProgram('gateway_relay.py'),
  ]);
  const found = JSON.parse(stdout);
  // What was dropped of the first run, and of the second: each at its position, before what was kept after it.
  expect(found.full).toEqual([
    'stream',
    { lost: 200 - found.kept, parent: 'one', type: 'execute_request' },
    { lost: 7, parent: 'two', type: 'execute_request' },
    'status',
    'execute_reply',
  ]);
  expect(found.kept).toBeGreaterThan(100);
  expect(found.inMemory).toBeLessThanOrEqual(40_000 + 1_300);
  expect(found.size).toBeLessThanOrEqual(140_000 + 20_000);
  expect(found.flooded).toBeLessThanOrEqual(140_000 + 20_000 + 100);
  expect(found.after[0]).toMatchObject({ parent: 'two' });
  expect(found.after.at(-1)).toBe('stream');
  expect(found.large).toEqual([['stream'], { lost: 1, parent: 'one', type: 'execute_request' }, 0]);
  expect(found.empty).toEqual([0, 0]);
  // The segment of the message that the last spool still has.
  expect(found.openFiles).toBe(1);
}, 120_000);
