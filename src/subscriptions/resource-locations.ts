import { LRUCache } from 'lru-cache';
import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** The space, workspace and session that a resource belongs to; they never change. */
export interface ResourceLocation {
  spaceId: string;
  workspaceId: string;
  /** The session of an execution, a session's own id; null for a worker. */
  sessionId: string | null;
}

/** The kinds of resources whose events carry nothing but an id. */
export type LocatedKind = 'worker' | 'session' | 'execution';

const maxLocations = 10_000;

/** Looks up what resources belong to, once for all subscribers: a bounded cache over the database. */
export class ResourceLocations {
  readonly #prisma: PrismaClient;
  readonly #known = new LRUCache<string, Promise<ResourceLocation | null>>({ max: maxLocations });

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null when there is no such resource. */
  async find(kind: LocatedKind, id: string): Promise<ResourceLocation | null> {
    const key = `${kind}:${id}`;
    const reading = this.#known.get(key) ?? this.#read(kind, id);
    this.#known.set(key, reading);
    const found = await reading.catch((error) => {
      this.#known.delete(key);
      throw error;
    });
    // It may be created later.
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
