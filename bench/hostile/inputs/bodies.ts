import { type ClientRequest, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostileInput } from '../hostile-input.js';

const bytes = 58_000_000;

/** All of a body but its last byte; written once, because the benchmark must not be what keeps everybody waiting. */
const stalled = Buffer.from(`{"query":"{ me { id } }","variables":{"a":"${'x'.repeat(bytes - 100)}`);

/** Bodies that do not end. */
export const bodyInputs: HostileInput[] = [
  {
    what: '30 stalled bodies of 58 MB, for 5 s',
    async send({ port, token }) {
      const statuses: number[] = [];
      const sent = Array.from({ length: 30 }, () => stall(port, token, (status) => statuses.push(status)));
      await sleep(5_000);
      for (const one of sent) one.destroy();
      const refused = [...new Set(statuses)].join(' and ') || 'none';
      return `${statuses.length} refused with ${refused}`;
    },
  },
];

/** Sends all of a body but its last byte. */
function stall(port: number, token: string, answered: (status: number) => void): ClientRequest {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': bytes,
  };
  const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers });
  sent
    .on('error', () => {})
    .on('response', (response) => {
      answered(response.statusCode!);
      response.resume();
    });
  sent.write(stalled);
  return sent;
}
