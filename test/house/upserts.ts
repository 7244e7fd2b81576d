import type { Node } from 'oxc-parser';
import type { SourceFile } from './source-files.js';
import { walk } from './walk.js';

/**
 * One sentence for each `upsert` that Prisma runs as a read and a write, because it has an empty `update`, an `include` or a
 * `select`. On PostgreSQL two of them at the same moment both insert, and one fails with P2002.
 * @see https://www.prisma.io/docs/orm/reference/prisma-client-reference#database-upserts
 */
export function upsertFaults({ path, program }: SourceFile): string[] {
  const faults: string[] = [];
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const { property } = node.callee;
    if (property.type === 'Identifier' && property.name === 'upsert' && !isOneStatement(node.arguments[0]))
      faults.push(`${path}: an upsert has a filled update, and neither include nor select.`);
  });
  return faults;
}

function isOneStatement(options: Node | undefined): boolean {
  if (options?.type !== 'ObjectExpression') return false;
  const values = new Map(
    options.properties.flatMap((property) =>
      property.type === 'Property' && property.key.type === 'Identifier'
        ? [[property.key.name, property.value] as const]
        : [],
    ),
  );
  const update = values.get('update');
  const isEmpty = update?.type === 'ObjectExpression' && update.properties.length === 0;
  return update !== undefined && !isEmpty && !values.has('include') && !values.has('select');
}
