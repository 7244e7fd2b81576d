import { randomUUID } from 'node:crypto';
import type { TestGateway } from '../gateway.js';

/**
 * Sends a mutation with one field, and returns the value of that field. As the platform admin unless a token is given.
 * @throws Error when it fails
 */
export async function mutate(
  at: Pick<TestGateway, 'graphql'>,
  document: string,
  variables: Record<string, unknown>,
  token?: string,
): Promise<any> {
  const { data, errors } = await at.graphql(document, variables, token);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

/** A name that nothing else has, e.g. `team-1f0c2a9b`; it is also a valid slug. */
export function uniqueName(kind: string): string {
  return `${kind}-${randomUUID().slice(0, 8)}`;
}
