import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { workerProgram } from '../../../src/workers/backends/external/worker-program.js';
import { testPython } from '../../support/jupyter.js';

/** Forwards a run and many answers to its requests for input, and prints which requests the relay knows. */
const program = `
import asyncio, collections, importlib.util, json, sys
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
spec = importlib.util.spec_from_file_location('gateway_relay', sys.argv[1])
relay = importlib.util.module_from_spec(spec)
spec.loader.exec_module(relay)
relay.MAX_REQUESTS = 10


def message(kind, message_id):
    header = json.dumps({'msg_type': kind, 'msg_id': message_id}).encode()
    return serialize_msg_to_ws_v1([header, b'{}', b'{}', b'{}'], 'stdin' if kind == 'input_reply' else 'shell')


async def main():
    one = relay.Relay.__new__(relay.Relay)
    one.requests, one.newest_run, one.streams = collections.OrderedDict(), None, {}
    one.spool, one.ready = relay.Spool('', 1_000), asyncio.Event()
    one.ready.set()
    await one.forward(message('execute_request', 'earlier'))
    await one.forward(message('execute_request', 'run'))
    for n in range(100):
        await one.forward(message('input_reply', f'answer {n}'))
    print(json.dumps(sorted(one.requests)))


asyncio.run(main())
`;

test('the newest run is known, however often its requests for input were answered', async () => {
  const { python } = await testPython();
  const args = ['-I', '-c', program, workerProgram('gateway_relay.py')];
  const { stdout } = await promisify(execFile)(python, args);
  const known = JSON.parse(stdout);
  expect(known).toHaveLength(10);
  expect(known).toContain('run');
  expect(known).not.toContain('earlier');
}, 120_000);
