import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { assertOwned, type OwnerTarget } from '../engines/database/owner-target.js';
import { takenOver } from '../engines/database/taken-over.js';

/**
 * Backends call and await it immediately before they create what can run code of users: a container, a Pod, its Secret, a
 * process. What a former owner of the runtime has requested before it lost the ownership may still be created; the new owner
 * removes that, see `StraySweep`.
 * @throws DomainError `runtime_unavailable` when another gateway has taken over the kernels, or the error of the database
 */
export type CreationCheck = () => Promise<void>;

/** Makes the {@link CreationCheck} of this process. */
export function creationCheck({ prisma, epoch }: OwnerTarget): CreationCheck {
  return async () => {
    try {
      await assertOwned(prisma, epoch());
    } catch (error) {
      throw error instanceof FormerOwnerError ? takenOver('nothing was started', error) : error;
    }
  };
}
