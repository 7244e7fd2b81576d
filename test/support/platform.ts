import { demo } from '../../prisma/seed.js';
import { makeUser, type TestUser } from './factories/make-user.js';
import { openTestGateway, type TestGateway } from './gateway.js';

/** A gateway with one user of each role in the demo space, and short functions for GraphQL requests as any of them. */
export interface TestPlatform {
  at: TestGateway;
  admin: TestUser;
  editor: TestUser;
  viewer: TestUser;
  /** A user who is not a member of the demo space. */
  stranger: TestUser;
  /** Runs an operation and returns its one field; throws when it fails. As the platform admin unless a token is given. */
  run(document: string, token?: string, variables?: Record<string, unknown>): Promise<any>;
  /** The code of the failure with the field that it names, e.g. `invalid_request name`; empty when it did not fail. */
  failure(document: string, token?: string, variables?: Record<string, unknown>): Promise<string>;
  /** {@link run} of one mutation field. */
  mutate(call: string, token?: string): Promise<any>;
  /** {@link failure} of one mutation field. */
  refused(call: string, token?: string): Promise<string>;
  /** {@link run} of a selection on the demo space. */
  space(selection: string, token?: string): Promise<any>;
}

/** An id of no resource. */
export const unknownId = '11111111-1111-4111-8111-111111111111';

/** Opens a {@link TestPlatform}; close its gateway. `env` adds to its configuration. */
export async function openTestPlatform(env: Record<string, string> = {}): Promise<TestPlatform> {
  const at = await openTestGateway({ env });

  async function run(document: string, token?: string, variables?: Record<string, unknown>): Promise<any> {
    const { data, errors } = await at.graphql(document, variables, token);
    if (errors) throw new Error(JSON.stringify(errors));
    return Object.values(data)[0];
  }

  async function failure(
    document: string,
    token?: string,
    variables?: Record<string, unknown>,
  ): Promise<string> {
    const { errors } = await at.graphql(document, variables, token);
    const { code, errors: faults } = errors?.[0]?.extensions ?? {};
    return [code, ...(faults?.[0]?.path ?? [])].join(' ');
  }

  return {
    at,
    admin: await makeUser(at, { role: 'admin' }),
    editor: await makeUser(at, { role: 'editor' }),
    viewer: await makeUser(at, { role: 'viewer' }),
    stranger: await makeUser(at),
    run,
    failure,
    mutate: (call, token) => run(`mutation { ${call} }`, token),
    refused: (call, token) => failure(`mutation { ${call} }`, token),
    space: (selection, token) => run(`{ space(slug: "${demo.slug}") { ${selection} } }`, token),
  };
}
