import { LRUCache } from 'lru-cache';
import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** The space, workspace and session of a resource. They never change. */
export interface ResourceLocation {
  spaceId: string;
  workspaceId: string;
  /** For an execution its session, for a session its own id, for a worker null. */
  sessionId: string | null;
}

/** The kinds of resources whose events contain only an id. */
export type LocatedKind = 'worker' | 'session' | 'execution';

const maxLocations = 10_000;

/** Finds the locations of resources in the database. All subscribers share its bounded cache. */
export class ResourceLocations {
  readonly #prisma: PrismaClient;
  readonly #known = new LRUCache<string, Promise<ResourceLocation | null>>({ max: maxLocations });

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Finds the location of a resource; null when it does not exist. */
  async find(kind: LocatedKind, id: string): Promise<ResourceLocation | null> {
    const key = `${kind}:${id}`;
    const reading = this.#known.get(key) ?? this.#read(kind, id);
    this.#known.set(key, reading);
    const found = await reading.catch((error) => {
      this.#known.delete(key);
      throw error;
    });
    // Not cached, because the resource may be created later.
    if (!found) this.#known.delete(key);
    return found;
  }

  async #read(kind: LocatedKind, id: string): Promise<ResourceLocation | null> {
    const workspace = { select: { id: true, spaceId: true } } as const;
    switch (kind) {
      case 'worker': {
        const row = await this.#prisma.worker.findUnique({ where: { id }, select: { workspace } });
        return row && locationOf(row.workspace, null);
      }
      case 'session': {
        const row = await this.#prisma.session.findUnique({ where: { id }, select: { workspace } });
        return row && locationOf(row.workspace, id);
      }
      case 'execution': {
        const session = { select: { id: true, workspace } } as const;
        const row = await this.#prisma.execution.findUnique({ where: { id }, select: { session } });
        return row && locationOf(row.session.workspace, row.session.id);
      }
    }
  }
}

function locationOf(workspace: { id: string; spaceId: string }, sessionId: string | null): ResourceLocation {
  return { spaceId: workspace.spaceId, workspaceId: workspace.id, sessionId };
}
