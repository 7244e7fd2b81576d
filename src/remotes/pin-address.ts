import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { RemoteFault } from '../engines/git/remote-fault.js';
import type { AllowedHosts } from '../validation/allowed-hosts.js';
import { isPublicAddress } from './public-address.js';
import { hostOf, portOf } from './remote-url.js';

/** Resolves a host name to all its addresses. */
export type Lookup = (host: string) => Promise<string[]>;

const maxLookupMs = 10_000;
const maxAddresses = 32;

/**
 * Resolves the host of a remote, and refuses it unless every address is public or allowed. Git then connects to exactly
 * these addresses, so that a later DNS answer cannot lead it into a private network (DNS rebinding).
 * @returns the addresses in the form of `http.curloptResolve`; null when the URL names an address
 * @throws RemoteFault `host_unknown`, `address_refused`
 * @see https://curl.se/libcurl/c/CURLOPT_RESOLVE.html
 */
export async function pinAddress(
  url: URL,
  allowed: AllowedHosts,
  lookup: Lookup = allAddresses,
): Promise<string | null> {
  const host = hostOf(url);
  const addresses = isIP(host) ? [host] : await lookup(host).catch(() => []);
  if (addresses.length === 0) throw new RemoteFault('host_unknown');
  const isAllowed = (address: string) => isPublicAddress(address) || allowed.hasAddress(address);
  if (!allowed.hasHost(url.hostname, portOf(url)) && !addresses.every(isAllowed)) {
    throw new RemoteFault('address_refused');
  }
  if (isIP(host)) return null;
  const targets = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address));
  return `${host}:${portOf(url)}:${targets.slice(0, maxAddresses).join(',')}`;
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
