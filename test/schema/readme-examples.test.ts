import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schema } from '../../schema/index.js';
import { readConfig } from '../../src/config.js';
import { ClientDocuments } from '../../src/server/graphql/documents/client-documents.js';

const readme = readFileSync('README.md', 'utf8');
const blocksIn = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block!);

/** The documents that the commands send, and those that stand alone. Variables of the shell stay as they are. */
const examples = [
  ...blocksIn('sh').flatMap((block) => [
    ...[...block.matchAll(/-d '((?:query|mutation|subscription|\{ )[^']*)'/g)].map(([, text]) => text!),
    ...[...block.matchAll(/-d "((?:query|mutation|subscription)(?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
      text!.replaceAll('\\"', '"'),
    ),
  ]),
  ...blocksIn('graphql'),
];

describe('the examples of GraphQL in the README', () => {
  const documents = new ClientDocuments({ schema, costLimit: readConfig({}).queryCostLimit });

  it('are all found', () => {
    const starts = readme.match(/-d ['"](?:query|mutation|subscription|\{ )|```graphql/g) ?? [];
    expect(examples).toHaveLength(starts.length);
    expect(starts.length).toBeGreaterThan(5);
  });

  it.each(examples)('is valid, and costs no more than a gateway allows by default: %s', (text) => {
    const document = documents.parse(text);
    expect(documents.validate(document)).toEqual([]);
    expect(documents.check({ document })).toBeGreaterThan(0);
  });
});
