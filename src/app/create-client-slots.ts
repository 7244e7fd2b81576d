import { BoundedSlots } from '../engines/events/bounded-slots.js';
import { ByteBudget } from '../engines/events/byte-budget.js';

/**
 * Creates the limits of work that clients ask for and that takes long: archives, blames, comparisons and merges, and files that
 * are held while they are read.
 */
export function createClientSlots() {
  const waiting = { maxWaiting: 64, maxWaitingPerUser: 8, maxWaitMs: 30_000 };
  return {
    archiveSlots: new BoundedSlots({ ...waiting, slots: 4, slotsPerUser: 2, work: 'archives' }),
    blameSlots: new BoundedSlots({ ...waiting, slots: 3, slotsPerUser: 1, work: 'blames' }),
    compareSlots: new BoundedSlots({ ...waiting, slots: 3, slotsPerUser: 2, work: 'comparisons and merges' }),
    heldFiles: new ByteBudget('files'),
  };
}

/** Creates the limit of the Git processes that run for clients at the same time. */
export function createGitSlots(): BoundedSlots {
  return new BoundedSlots({
    ...{ slots: 4, slotsPerUser: 2, maxWaiting: 64, maxWaitingPerUser: 32, maxWaitMs: 60_000 },
    work: 'clones, fetches and pushes',
  });
}
