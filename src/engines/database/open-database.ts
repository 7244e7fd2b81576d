import type { Database, DatabaseOptions } from './database.js';
import { openEmbedded } from './open-embedded.js';
import { openServer } from './open-server.js';

/**
 * Opens the database, applies its pending migrations and returns its client. Every process that starts does this; an
 * advisory lock lets one process at a time migrate.
 * @throws DomainError `storage_unavailable` when the database cannot be reached or opened, when another gateway uses it, or
 *   when a migration fails or failed earlier
 */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openServer({ ...options, url: options.url });
}
