import { BlockList, isIP } from 'node:net';

/** What `REMOTE_ALLOWED_HOSTS` lets through although it is an address of the inside. */
export interface AllowedHosts {
  /** Whether a host, as a URL names it, is allowed at a port, wherever it leads. */
  hasHost(host: string, port: number): boolean;
  /** Whether an address is in an allowed network. */
  hasAddress(address: string): boolean;
}

/**
 * Reads entries of the forms `host`, `host:port`, `address`, `[address]:port` and `network/prefix`.
 * @returns null where an entry is none of them
 */
export function parseAllowedHosts(entries: readonly string[]): AllowedHosts | null {
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const entry of entries) {
    if (entry.includes('/')) {
      if (!addNetwork(networks, entry)) return null;
      continue;
    }
    const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(entry) ?? [];
    const url = host && URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : null;
    if (!url || url.username || url.search || url.hash || Number(port ?? 0) > 65535) return null;
    hosts.add(`${url.hostname}:${port ?? '*'}`);
  }
  return {
    hasHost: (host, port) => hosts.has(`${host}:*`) || hosts.has(`${host}:${port}`),
    hasAddress: (address) => networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  };
}

function addNetwork(networks: BlockList, entry: string): boolean {
  const [, address = '', prefix] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(prefix) > (version === 6 ? 128 : 32)) return false;
  networks.addSubnet(address, Number(prefix), version === 6 ? 'ipv6' : 'ipv4');
  return true;
}
