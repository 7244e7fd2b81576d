import { IncomingMessage } from 'node:http';

/** The requests that offer an upgrade of any kind, as Node's parser reports them. */
const offered = new WeakSet<object>();

/**
 * A request that is upgraded only where it asks for a WebSocket at `/graphql`. A server with a listener for upgrades gets every
 * request that offers one, also one for HTTP/2, which must be answered with HTTP/1.1; Node reads `upgrade` to find out.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.8
 */
export class UpgradeableMessage extends IncomingMessage {
  /** Whether the connection leaves HTTP with this request. */
  get upgrade(): boolean {
    return offered.has(this) && (this.method === 'CONNECT' || asksForSocket(this));
  }

  set upgrade(isOffered: boolean | null) {
    if (isOffered) offered.add(this);
    else offered.delete(this);
  }
}

function asksForSocket({ method, headers, url = '' }: IncomingMessage): boolean {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0];
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && path === '/graphql';
}
