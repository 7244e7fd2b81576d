import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { openSocket } from '../support/graphql-socket.js';
import { rawRequest } from '../support/raw-request.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

/** A request for a socket, as text. @param protocols what the client offers */
const handshake = (protocols: string[]) =>
  [
    ...['GET /graphql HTTP/1.1', 'host: localhost', 'connection: Upgrade', 'upgrade: websocket'],
    ...['sec-websocket-version: 13', `sec-websocket-key: ${randomBytes(16).toString('base64')}`],
    ...protocols.map((one) => `sec-websocket-protocol: ${one}`),
    ...['', ''],
  ].join('\r\n');
/** How a message that closes a socket ends, where all its bytes are of ASCII. */
const closing = (code: number, reason: string) => String.fromCharCode(code >> 8, code & 0xff) + reason;

it.each<[string, string[]]>([
  ['an older one', ['graphql-ws']],
  ['two unknown ones', ['unknown, graphql-ws']],
  ['none', []],
])('the socket of a client that offers as its protocol %s is closed with 4406', async (_what, protocols) => {
  const { status, headers, body } = await rawRequest(at.url, handshake(protocols));
  expect([status, headers.get('sec-websocket-protocol')]).toEqual([101, null]);
  expect(body.slice(2)).toBe(closing(4406, 'Subprotocol not acceptable'));
});

it('a client that offers the protocol beside others gets it', async () => {
  const { ws } = await openSocket(at.url, { protocol: ['graphql-ws', 'graphql-transport-ws'] });
  expect(ws.protocol).toBe('graphql-transport-ws');
  ws.close();
});

it('a client that insists on another protocol closes the socket itself', async () => {
  const other = await openSocket(at.url, { protocol: 'graphql-ws' }).catch((error) => String(error));
  expect(other).toContain('Server sent no subprotocol');
});
