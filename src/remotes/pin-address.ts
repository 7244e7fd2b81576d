import { isIP } from 'node:net';
import type { AllowedHosts } from '../validation/allowed-hosts.js';
import { hostOf, portOf } from './remote-url.js';
import { type Lookup, resolveHost } from './resolve-host.js';

const maxAddresses = 32;

/**
 * Does what {@link resolveHost} does, for Git, which then connects to exactly these addresses.
 * @returns the addresses in the form of `http.curloptResolve`; null when the URL names an address
 * @throws RemoteFault `host_unknown`, `address_refused`
 * @see https://curl.se/libcurl/c/CURLOPT_RESOLVE.html
 */
export async function pinAddress(url: URL, allowed: AllowedHosts, lookup?: Lookup): Promise<string | null> {
  const host = hostOf(url);
  const addresses = await resolveHost(url, allowed, lookup);
  if (isIP(host)) return null;
  const targets = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address));
  return `${host}:${portOf(url)}:${targets.slice(0, maxAddresses).join(',')}`;
}
