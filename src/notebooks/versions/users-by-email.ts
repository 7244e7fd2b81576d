import { chunk, itemsPerStatement } from './chunk.js';
import type { Db } from './index-db.js';
import { storable } from './storable.js';

/** The ids of the users with some e-mail addresses, by address. It links the authors of commits to users. */
export async function usersByEmail(db: Db, emails: string[]): Promise<Map<string, string>> {
  const users = new Map<string, string>();
  for (const some of chunk(emails.map(storable), itemsPerStatement)) {
    const found = await db.user.findMany({
      where: { email: { in: some } },
      select: { id: true, email: true },
    });
    for (const user of found) users.set(user.email, user.id);
  }
  return users;
}
