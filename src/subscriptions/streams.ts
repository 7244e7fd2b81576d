import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { createResourcePlaces, type ResourcePlaces } from './resource-places.js';
import { createStreamGuard, type StreamGuard } from './stream-guard.js';

/** What the open streams of all users share. */
export interface Streams extends StreamGuard {
  places: ResourcePlaces;
  branches: BranchWatcher;
}

/** Makes the {@link Streams}; nothing runs until the first stream is opened. */
export function createStreams(deps: { prisma: PrismaClient; branches: BranchWatcher; log: Logger }): Streams {
  return {
    ...createStreamGuard(deps),
    places: createResourcePlaces(deps.prisma),
    branches: deps.branches,
  };
}
