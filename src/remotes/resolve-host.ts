import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { RemoteFault } from '../engines/git/remote-fault.js';
import type { AllowedHosts } from '../validation/allowed-hosts.js';
import { isPublicAddress } from './public-address.js';
import { hostOf, portOf } from './remote-url.js';

/** Resolves a host name to all its addresses. */
export type Lookup = (host: string) => Promise<string[]>;

const maxLookupMs = 10_000;

/**
 * Resolves the host of a URL, and refuses it unless every address is public or allowed. A caller that connects to exactly
 * these addresses cannot be led into a private network by a later DNS answer (DNS rebinding).
 * @returns at least one address; the host itself when it is one
 * @throws RemoteFault `host_unknown`, `address_refused`
 */
export async function resolveHost(
  url: URL,
  allowed: AllowedHosts,
  lookup: Lookup = allAddresses,
): Promise<string[]> {
  const host = hostOf(url);
  const addresses = isIP(host) ? [host] : await lookup(host).catch(() => []);
  if (addresses.length === 0) throw new RemoteFault('host_unknown');
  const isAllowed = (address: string) => isPublicAddress(address) || allowed.hasAddress(address);
  if (!allowed.hasHost(url.hostname, portOf(url)) && !addresses.every(isAllowed)) {
    throw new RemoteFault('address_refused');
  }
  return addresses;
}

async function allAddresses(host: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The DNS lookup took too long.')), maxLookupMs).unref();
  });
  try {
    const found = await Promise.race([systemLookup(host, { all: true }), late]);
    return found.map(({ address }) => address);
  } finally {
    clearTimeout(timer);
  }
}
