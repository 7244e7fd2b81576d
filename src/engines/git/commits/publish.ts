import type { DurableFiles } from '../durability/durable-files.js';
import type { MoveRecord } from '../durability/journal/journal-record.js';
import { type LooseObject, writeLooseObjects } from '../objects/loose-objects.js';

/** An object of more bytes in its file is flushed by itself: to write it twice would cost more than a flush. */
const largestJournaled = 1024 * 1024;
/** The most bytes of objects in one record. */
const mostJournaled = 2 * 1024 * 1024;

/**
 * Moves a ref, and makes it and the objects that come with it durable before it returns: they are written to the journal
 * first, which is flushed, and then put in their places, which are flushed later. The objects are put there meanwhile,
 * where nobody sees them until the ref names them.
 * @param act moves the ref, adding what it changes to `touched`; false: it was elsewhere
 * @throws DomainError `storage_unavailable` when this instance may have been taken for dead meanwhile
 */
export async function publish(
  files: DurableFiles,
  move: MoveRecord,
  act: (touched: Set<string>) => Promise<boolean>,
): Promise<boolean> {
  const instance = await files.owner.instance();
  const touched = new Set<string>();
  const { small, large } = bySize(move.objects);
  await writeLooseObjects(files, large, touched);
  await files.sync(touched);
  const entry = instance.journal?.append({ ...move, objects: small });
  let done = false;
  try {
    // Both must have ended before a failure is told, so that nothing is written after the clean-up.
    for (const outcome of await Promise.allSettled([
      writeLooseObjects(files, small, touched),
      entry?.durable,
    ])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    done = await act(touched);
  } finally {
    entry?.settle({ touched, done });
  }
  instance.assertAlive();
  return done;
}

function bySize(objects: readonly LooseObject[]): { small: LooseObject[]; large: LooseObject[] } {
  const small: LooseObject[] = [];
  const large: LooseObject[] = [];
  let journaled = 0;
  for (const object of objects) {
    const { length } = object.deflated;
    const fits = length <= largestJournaled && journaled + length <= mostJournaled;
    if (fits) journaled += length;
    (fits ? small : large).push(object);
  }
  return { small, large };
}
