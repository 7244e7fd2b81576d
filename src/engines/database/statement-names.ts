import { createHash } from 'node:crypto';

/** The most statements that a connection keeps prepared. */
const mostNames = 300;

/**
 * Names the statements that are worth keeping prepared: the first 300 texts that come. Each later one, as a list of
 * another length makes it, goes unnamed, so that a connection's memory stays bounded.
 */
export function createStatementNames(): (statement: { sql: string }) => string | undefined {
  const names = new Map<string, string>();
  return ({ sql }) => {
    let name = names.get(sql);
    if (!name && names.size < mostNames) {
      name = createHash('sha1').update(sql).digest('hex');
      names.set(sql, name);
    }
    return name;
  };
}
