import { DomainError } from '../../../errors.js';
import type { RefStore } from '../refs/ref-store.js';

/** Refs below this are kept for the repository itself: no client sees or moves them. */
const hiddenPrefix = 'refs/gateway';

/** Tells git to advertise none of them. */
export const hiddenRefs = { 'transfer.hideRefs': hiddenPrefix };

/**
 * Keeps what a branch or tag names under the hidden ref `refs/gateway/replaced/<name>/<oid>`, so that no version is lost
 * when it is deleted or moved elsewhere. Again for the same one: nothing changes.
 * @throws DomainError `already_exists` where the name of another such ref excludes it, `storage_unavailable`
 */
export async function keepReplaced(refs: RefStore, name: string, oid: string): Promise<void> {
  const ref = `${hiddenPrefix}/replaced/${name}/${oid}`;
  if ((await refs.read(ref)) === oid) return;
  try {
    await refs.create(ref, oid);
  } catch (error) {
    const isThere = error instanceof DomainError && error.code === 'already_exists';
    if (!isThere || (await refs.read(ref)) !== oid) throw error;
  }
}
