import { BlockList, isIP } from 'node:net';

/** The private hosts and networks that remotes may use: the value of `REMOTE_ALLOWED_HOSTS`. */
export interface AllowedHosts {
  /**
   * Whether a host is allowed at a port, whatever addresses its name resolves to.
   * @param host as `URL.hostname` has it: an IPv6 address in brackets
   */
  hasHost(host: string, port: number): boolean;
  /** Whether an address belongs to an allowed network. */
  hasAddress(address: string): boolean;
}

/**
 * Reads entries of the forms `host`, `host:port`, `address`, `[address]:port` and `network/prefix`.
 * @returns null when an entry has none of these forms
 * @example parseAllowedHosts(['git.internal:8443', '10.0.0.0/8'])?.hasAddress('10.1.2.3') // true
 */
export function parseAllowedHosts(entries: readonly string[]): AllowedHosts | null {
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const entry of entries) {
    if (entry.includes('/')) {
      if (!addNetwork(networks, entry)) return null;
      continue;
    }
    const host = parseHost(entry);
    if (host === null) return null;
    hosts.add(host);
  }
  return {
    hasHost: (host, port) => hosts.has(`${host}:*`) || hosts.has(`${host}:${port}`),
    hasAddress: (address) => networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  };
}

/** `host:port`, or `host:*` for an entry without a port. */
function parseHost(entry: string): string | null {
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(entry) ?? [];
  const url = host && URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : null;
  if (!url || url.username || url.search || url.hash || Number(port ?? 0) > 65535) return null;
  return `${url.hostname}:${port ?? '*'}`;
}

function addNetwork(networks: BlockList, entry: string): boolean {
  const [, address = '', prefix] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(prefix) > (version === 6 ? 128 : 32)) return false;
  networks.addSubnet(address, Number(prefix), version === 6 ? 'ipv6' : 'ipv4');
  return true;
}
