// A plugin of GraphQL Code Generator: each operation as a text with the types of its variables and its result, so
// that clients need no parser. Fragments are not used in these operations.
import { print } from 'graphql';

const upperFirst = (text) => text[0].toUpperCase() + text.slice(1);

/**
 * Prints the operations.
 * @param {unknown} _schema @param {{ document?: import('graphql').DocumentNode }[]} files
 */
export function plugin(_schema, files) {
  const operations = files.flatMap(({ document }) => document?.definitions ?? []);
  const content = operations.map((operation) => {
    const type = `${operation.name.value}${upperFirst(operation.operation)}`;
    const text = JSON.stringify(print(operation));
    return `/** The ${operation.operation} \`${operation.name.value}\`. */
export const ${operation.name.value}Text = ${text} as TypedText<${type}, ${type}Variables>;`;
  });
  return { prepend: ["import type { TypedText } from '../typed-text.js';"], content: content.join('\n\n') };
}
