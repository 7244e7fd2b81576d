import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { RemoteFault } from '../engines/git/remote-fault.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { isPublicAddress } from './public-address.js';
import { hostOf, portOf } from './remote-url.js';

/** Answers every address of a name. */
export type Lookup = (host: string) => Promise<string[]>;

const longestLookupMs = 10_000;
const mostAddresses = 32;

/**
 * Resolves the host of a remote and refuses it unless every address is public or allowed, so that a name cannot lead
 * inside, neither now nor by answering otherwise later: git connects to what was checked.
 * @returns the addresses to connect to as `http.curloptResolve` takes them; null where the URL names an address
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
  return `${host}:${portOf(url)}:${targets.slice(0, mostAddresses).join(',')}`;
}

async function allAddresses(host: string): Promise<string[]> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('the name was not resolved in time')), longestLookupMs).unref();
  });
  const found = await Promise.race([systemLookup(host, { all: true }), late]);
  return found.map(({ address }) => address);
}
