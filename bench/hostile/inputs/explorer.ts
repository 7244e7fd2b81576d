import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostileInput } from '../hostile-input.js';

/** Requests for the explorer's page, which need no token. */
export const explorerInputs: HostileInput[] = [
  {
    what: 'the explorer on 100 sockets that do not read, for 2 s',
    async send({ port }) {
      const sockets = Array.from({ length: 100 }, () => {
        const socket = connect(port, '127.0.0.1').on('error', () => {});
        socket.pause().write('GET /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n');
        return socket;
      });
      await sleep(2_000);
      for (const socket of sockets) socket.destroy();
      return 'closed';
    },
  },
];
