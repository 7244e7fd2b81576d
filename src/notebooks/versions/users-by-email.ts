import { chunk, type Db, itemsPerStatement, storable } from './index-db.js';

/** The users with some addresses, e-mail → id: who an author is. */
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
