import type { ClientRequest, IncomingMessage } from 'node:http';

/**
 * The head of the answer to a request. It also ends for a server that switches to another protocol, which Node reports only
 * by closing the request. Later errors of the request are ignored: its answer has them too.
 * @throws Error of any kind when there is no answer
 */
export function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.once('close', () => reject(new Error('The connection was closed without an answer.')));
  });
}
