import type { DurableFiles } from '../durability/durable-files.js';
import type { MoveRecord } from '../durability/journal/journal-record.js';
import { writeLooseObjects } from '../objects/loose-objects.js';
import type { LooseObject } from '../objects/object-codec.js';

/** A larger object is synced by itself, because writing it twice would cost more than a sync. */
const maxJournaledObject = 1024 * 1024;
/** The maximum size of the objects in one record, in bytes. */
const maxJournaledRecord = 2 * 1024 * 1024;

/**
 * Moves a ref, and makes it and its new objects durable before it returns. They are written to the journal, which is synced
 * immediately, and to their files, which are synced later. The objects are written while the journal is synced; nobody sees
 * them until the ref leads to them.
 * @param act moves the ref, and adds the files that it changes to `touched`; false when the ref had another value
 * @throws DomainError `storage_unavailable` when others may believe that this instance has ended
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
    // Both must end before a failure is thrown, so that nothing is written after the clean-up.
    for (const outcome of await Promise.allSettled([
      writeLooseObjects(files, small, touched),
      entry?.durable,
    ])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    done = await act(touched);
  } finally {
    entry?.finish({ touched, done });
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
    const fits = length <= maxJournaledObject && journaled + length <= maxJournaledRecord;
    if (fits) journaled += length;
    (fits ? small : large).push(object);
  }
  return { small, large };
}
