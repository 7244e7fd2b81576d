import { createHash } from 'node:crypto';

/** The maximum number of prepared statements of a connection. */
const maxNames = 300;

/**
 * Returns a function that names the first 300 different statements, so that PostgreSQL keeps them prepared. Later
 * statements get no name (each length of an `IN` list is a new text), so that the memory of a connection stays bounded.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export function createStatementNames(): (statement: { sql: string }) => string | undefined {
  const names = new Map<string, string>();
  return ({ sql }) => {
    let name = names.get(sql);
    if (!name && names.size < maxNames) {
      name = createHash('sha1').update(sql).digest('hex');
      names.set(sql, name);
    }
    return name;
  };
}
