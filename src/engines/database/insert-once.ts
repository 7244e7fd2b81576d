import { FormerOwnerError } from './former-owner-error.js';
import { isOutage, shortOutageMs, untilAnswered } from './until-answered.js';

/**
 * Inserts rows, also when a connection is cut meanwhile: the insert is repeated for a short outage. Where an earlier try has
 * written the rows, and only its answer was lost, the repeated one fails because of them, and what they are is returned.
 * @param insert writes rows whose id was chosen before
 * @param find reads them by that id; null when they do not exist
 * @throws what `insert` throws, when it has written nothing, and FormerOwnerError in any case
 */
export async function insertOnce<T>(insert: () => Promise<T>, find: () => Promise<T | null>): Promise<T> {
  let tries = 0;
  const tryAgain = () => {
    tries += 1;
    return insert();
  };
  try {
    return await untilAnswered(tryAgain, { maxMs: shortOutageMs });
  } catch (error) {
    if (error instanceof FormerOwnerError || (tries === 1 && !isOutage(error))) throw error;
    const written = await find().catch(() => null);
    if (written === null) throw error;
    return written;
  }
}
