import { probeServer, type ServerProbe } from './probe-server.js';
import type { RegisteredServer } from './registered-server.js';

/** What is known of a server. */
export interface ServerState extends ServerProbe {
  lastCheckedAt: Date;
  /** Since when it misses probes, in milliseconds of `performance.now()`; null while it answers. */
  missedSince: number | null;
}

interface Entry {
  /** What was probed; another address or token makes the state worthless. */
  target: string;
  state?: ServerState;
  /** In milliseconds of `performance.now()`. */
  checkedAt: number;
  probing?: Promise<ServerState>;
}

/** A server that answers is asked again after so long, and one that does not after half of it. */
const maxAgeMs = 10_000;

/** Knows which servers answer. Each is probed when somebody asks, at most once in 10 s, or in 5 s while it fails. */
export class ServerHealth {
  readonly #entries = new Map<string, Entry>();

  /** The state of a server; answers within 5 s. */
  async check(server: RegisteredServer): Promise<ServerState> {
    const entry = this.#entryOf(server);
    const age = performance.now() - entry.checkedAt;
    if (entry.state && age < (entry.state.missedSince === null ? maxAgeMs : maxAgeMs / 2)) return entry.state;
    entry.probing ??= this.#probe(server, entry).finally(() => {
      entry.probing = undefined;
    });
    return entry.probing;
  }

  /** The last known state of a server, without asking it; undefined when there is none. */
  known(server: RegisteredServer): ServerState | undefined {
    return this.#entryOf(server).state;
  }

  /** Forgets the servers that are not in the list any more. */
  keepOnly(servers: readonly RegisteredServer[]): void {
    const ids = new Set(servers.map(({ id }) => id));
    for (const id of this.#entries.keys()) if (!ids.has(id)) this.#entries.delete(id);
  }

  #entryOf({ id, endpoint, fault }: RegisteredServer): Entry {
    const target = JSON.stringify([endpoint.baseUrl, endpoint.token, fault]);
    const found = this.#entries.get(id);
    if (found?.target === target) return found;
    const entry: Entry = { target, checkedAt: 0 };
    this.#entries.set(id, entry);
    return entry;
  }

  async #probe({ endpoint, fault }: RegisteredServer, entry: Entry): Promise<ServerState> {
    const probe = fault ? { unavailableReason: fault, kernelNames: [] } : await probeServer(endpoint);
    const before = entry.state;
    const now = performance.now();
    const isMissed = probe.unavailableReason !== null;
    entry.checkedAt = now;
    entry.state = {
      ...probe,
      lastCheckedAt: new Date(),
      missedSince: isMissed ? (before?.missedSince ?? now) : null,
    };
    return entry.state;
  }
}
