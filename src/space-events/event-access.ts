import { LRUCache } from 'lru-cache';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { visibleRepositories } from '../access/repository-policy.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { SpaceEvent } from './space-event.js';

/** For how long what was found is used again. It is a part of the 5 s in which a revoked permission has an effect. */
const maxAgeMs = 2_000;
const maxCallers = 2_000;

/** What a caller may see in a space, as it was found at most {@link maxAgeMs} ago. */
interface Rights {
  foundAt: number;
  access: Promise<SpaceAccess>;
  /** By the id of a workspace or repository. */
  seen: Map<string, boolean>;
  /** By page of events, what is being read for it. */
  pages: WeakMap<readonly SpaceEvent[], Promise<void>>;
}

/** Decides which events a caller may see. What is found is shared by all streams of the caller, for two seconds. */
export class EventAccess {
  readonly #prisma: PrismaClient;
  readonly #rights = new LRUCache<string, Rights>({ max: maxCallers });

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Whether the caller may see an event now.
   * @param caller identifies what the permissions of the caller depend on
   * @param page the events that are delivered together with it: what is missing is read for all of them
   * @throws DomainError `not_found` when the caller is no member of the space any more
   */
  async mayView(
    ctx: RequestContext,
    { caller, spaceId }: { caller: string; spaceId: string },
    page: readonly SpaceEvent[],
    event: SpaceEvent,
  ): Promise<boolean> {
    const rights = this.#rightsOf(ctx, `${spaceId} ${caller}`, spaceId);
    const access = await rights.access;
    if (event.kind === 'maintenance') return access.role === 'admin' && ctx.actor.scopes.has('admin');
    if (access.role === 'admin') return true;
    let reading = rights.pages.get(page);
    if (!reading) {
      reading = this.#read(ctx, rights, access, page);
      rights.pages.set(page, reading);
      reading.catch(() => rights.pages.delete(page));
    }
    await reading;
    return rights.seen.get(idOf(event)) ?? false;
  }

  #rightsOf(ctx: RequestContext, key: string, spaceId: string): Rights {
    const known = this.#rights.get(key);
    if (known && performance.now() - known.foundAt < maxAgeMs) return known;
    const access = loadSpaceById({ prisma: this.#prisma }, { ...ctx, spaces: new Map() }, spaceId);
    const rights = { foundAt: performance.now(), access, seen: new Map(), pages: new WeakMap() };
    this.#rights.set(key, rights);
    // The next stream asks again; this one gets the error.
    access.catch(() => this.#rights.delete(key));
    return rights;
  }

  async #read(
    ctx: RequestContext,
    { seen }: Rights,
    access: SpaceAccess,
    page: readonly SpaceEvent[],
  ): Promise<void> {
    const viewer = { userId: ctx.actor.userId, access };
    const unknown = page.filter((event) => !seen.has(idOf(event)));
    const workspaces = idsOf(unknown, 'workspaceId');
    const repositories = idsOf(unknown, 'repositoryId');
    const found = await Promise.all([
      workspaces.length > 0
        ? this.#prisma.workspace.findMany({
            where: { AND: [visibleWorkspaces(viewer), { id: { in: workspaces } }] },
            select: { id: true },
          })
        : [],
      repositories.length > 0
        ? this.#prisma.repository.findMany({
            where: { AND: [visibleRepositories(viewer), { id: { in: repositories } }] },
            select: { id: true },
          })
        : [],
    ]);
    for (const id of [...workspaces, ...repositories]) seen.set(id, false);
    for (const { id } of found.flat()) seen.set(id, true);
  }
}

function idOf(event: SpaceEvent): string {
  return event.workspaceId ?? event.repositoryId ?? '';
}

function idsOf(events: readonly SpaceEvent[], key: 'workspaceId' | 'repositoryId'): string[] {
  return [...new Set(events.map((event) => event[key]).filter((id) => id !== null))];
}
