import type { TestGateway } from '../gateway.js';
import { mutate, uniqueName } from './mutate.js';

/** Creates a space without members; its name is its slug by default. */
export function makeSpace(
  at: Pick<TestGateway, 'graphql'>,
  { slug = uniqueName('space'), name = slug }: { slug?: string; name?: string } = {},
): Promise<{ id: string; slug: string }> {
  return mutate(at, 'mutation($input: CreateSpaceInput!) { createSpace(input: $input) { id slug } }', {
    input: { slug, name },
  });
}
