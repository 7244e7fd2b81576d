import { once } from 'node:events';
import { connect } from 'node:net';
import type { HostileInput } from '../hostile-input.js';

/** Many requests on one connection, sent without waiting for answers. None of them needs a token. */
export const pipelineInputs: HostileInput[] = [
  row(1, 3_000, '/healthz'),
  row(20, 1_500, '/api/v1.0/engagement/spaces/demo/notebooks/workspaces'),
];

function row(sockets: number, requests: number, path: string): HostileInput {
  return {
    what: `${requests} x GET ${path} together on ${sockets === 1 ? 'a socket' : `each of ${sockets} sockets`}`,
    async send({ port }) {
      await Promise.all(Array.from({ length: sockets }, () => pipeline(port, path, requests)));
      return 'closed';
    },
  };
}

async function pipeline(port: number, path: string, requests: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`;
  socket.resume().write(`${request}\r\n`.repeat(requests - 1));
  socket.write(`${request}Connection: close\r\n\r\n`);
  await once(socket, 'close');
}
