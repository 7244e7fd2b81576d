import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** Where a resource belongs; this never changes in its life. */
export interface Place {
  spaceId: string;
  workspaceId: string;
  /** The session of an execution, else the id itself. */
  sessionId: string | null;
}

/** The kinds of resources whose events carry their id alone. */
export type PlacedKind = 'worker' | 'session' | 'execution';

/** Looks up where resources belong, once for all subscribers. */
export interface ResourcePlaces {
  /** Null when there is no such resource. */
  find(kind: PlacedKind, id: string): Promise<Place | null>;
}

const mostPlaces = 10_000;

/** Makes {@link ResourcePlaces}: a bounded cache that forgets what was longest unused. */
export function createResourcePlaces(prisma: PrismaClient): ResourcePlaces {
  const known = new Map<string, Promise<Place | null>>();

  async function read(kind: PlacedKind, id: string): Promise<Place | null> {
    const workspace = { select: { id: true, spaceId: true } } as const;
    switch (kind) {
      case 'worker': {
        const row = await prisma.worker.findUnique({ where: { id }, select: { workspace } });
        return row && placeOf(row.workspace, null);
      }
      case 'session': {
        const row = await prisma.session.findUnique({ where: { id }, select: { workspace } });
        return row && placeOf(row.workspace, id);
      }
      case 'execution': {
        const session = { select: { id: true, workspace } } as const;
        const row = await prisma.execution.findUnique({ where: { id }, select: { session } });
        return row && placeOf(row.session.workspace, row.session.id);
      }
    }
  }

  return {
    find(kind, id) {
      const key = `${kind}:${id}`;
      const place = known.get(key) ?? read(kind, id);
      known.delete(key);
      known.set(key, place);
      if (known.size > mostPlaces) known.delete(known.keys().next().value!);
      place.then(
        (found) => {
          if (!found && known.get(key) === place) known.delete(key);
        },
        () => {
          if (known.get(key) === place) known.delete(key);
        },
      );
      return place;
    },
  };
}

function placeOf(workspace: { id: string; spaceId: string }, sessionId: string | null): Place {
  return { spaceId: workspace.spaceId, workspaceId: workspace.id, sessionId };
}
