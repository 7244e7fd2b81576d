import { DomainError } from '../../../errors.js';
import type { RefStore } from '../refs/ref-store.js';

/** Refs below this prefix belong to the gateway: no client sees or moves them. */
const hiddenPrefix = 'refs/gateway';

/** The setting with which Git does not advertise them. */
export const hiddenRefs = { 'transfer.hideRefs': hiddenPrefix };

/**
 * Keeps the object of a branch or tag under the hidden ref `refs/gateway/replaced/<name>/<oid>`, so that no version is lost
 * when the ref is deleted or moved elsewhere. Does nothing when that hidden ref exists already.
 * @throws DomainError `already_exists` when the name of another hidden ref conflicts with it, `storage_unavailable`
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
