import { once } from 'node:events';
import { connect } from 'node:net';

/** An answer as it came over the socket. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** Sends the bytes of a request as they are, and reads the answer until the server closes the connection. */
export async function rawRequest(url: string, head: string): Promise<RawAnswer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  socket.write(head);
  await once(socket, 'close');
  const [answer = '', ...body] = text.split('\r\n\r\n');
  const [first = '', ...lines] = answer.split('\r\n');
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);
  return {
    status: Number(first.split(' ')[1]),
    headers: new Headers(pairs as [string, string][]),
    body: body.join('\r\n\r\n'),
  };
}
