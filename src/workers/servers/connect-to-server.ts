import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RemoteFault } from '../../engines/git/remote-fault.js';
import { DomainError } from '../../errors.js';
import { hostOf, portOf } from '../../remotes/remote-url.js';
import { type Lookup, resolveHost } from '../../remotes/resolve-host.js';
import type { AllowedHosts } from '../../validation/allowed-hosts.js';

/** How many addresses of a host are tried, one after the other. */
const maxAddresses = 4;
const connectTimeoutMs = 3_000;

/**
 * Connects to a registered Jupyter server. The addresses of its host are looked up and checked for each connection, and
 * the connection goes to a checked one. For https the certificate must be valid for the host.
 * @param lookup default: the DNS of the system
 * @throws DomainError `runtime_unavailable` for an unknown host and for an address that is not allowed, else the Error of
 *   the last attempt
 */
export async function connectToServer(url: URL, allowed: AllowedHosts, lookup?: Lookup): Promise<Socket> {
  const addresses = await resolveHost(url, allowed, lookup).catch((error) => {
    throw error instanceof RemoteFault ? toDomainError(error) : error;
  });
  let failure: unknown;
  for (const address of addresses.slice(0, maxAddresses)) {
    try {
      return await connectTo(address, url);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function toDomainError(fault: RemoteFault): DomainError {
  const message =
    fault.code === 'address_refused'
      ? 'The Jupyter server is at an address that the configuration does not allow (JUPYTER_ALLOWED_HOSTS).'
      : 'The host of the Jupyter server has no address; check its URL.';
  return new DomainError('runtime_unavailable', message, { cause: fault });
}

async function connectTo(address: string, url: URL): Promise<Socket> {
  const host = hostOf(url);
  const isSecure = url.protocol === 'https:';
  const target = { host: address, port: portOf(url), noDelay: true };
  const socket = isSecure
    ? connectTls({ ...target, servername: isIP(host) ? undefined : host })
    : connect(target);
  try {
    const signal = AbortSignal.timeout(connectTimeoutMs);
    await once(socket, isSecure ? 'secureConnect' : 'connect', { signal });
    return socket;
  } catch (error) {
    // A late error of a socket that nobody uses must not end the process.
    socket.on('error', () => {}).destroy();
    throw error;
  }
}
