import { describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { at, setUpPlatform } from './platform-fixture.js';

setUpPlatform();

/** What the refusals say of a mutation that is sent ten times together. */
async function refusalsOfTen(call: string, variables: Record<string, unknown> = {}): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 10 }, () => at.graphql(call, variables)));
  return answers.flatMap(({ errors }) => errors?.map(({ message }: any) => message) ?? []);
}

describe('a setting that ten requests set at the same moment', () => {
  it('is the role of a new member', async () => {
    const { id } = await makeUser(at);
    const call = `mutation { setSpaceMember(spaceSlug: "demo", userId: "${id}", role: editor) { role user { id } } }`;
    expect(await refusalsOfTen(call)).toEqual([]);
  });

  it('is a member of a team', async () => {
    const { id: userId } = await makeUser(at, { role: 'viewer' });
    const { id: teamId } = await makeTeam(at);
    const call = `mutation { addTeamMember(spaceSlug: "demo", teamId: "${teamId}", userId: "${userId}") { id } }`;
    expect(await refusalsOfTen(call)).toEqual([]);
  });

  it('is the access to a workspace', async () => {
    const { id: principalId } = await makeUser(at, { role: 'viewer' });
    const { id } = await makeWorkspace(at);
    const call = `mutation ($id: ID!, $input: WorkspaceAccessInput!) {
      replaceWorkspaceAccess(spaceSlug: "demo", id: $id, input: $input) { workspaceId } }`;
    const input = {
      visibility: 'shared',
      grants: [{ principalType: 'user', principalId, accessLevel: 'manage' }],
    };
    expect(await refusalsOfTen(call, { id, input })).toEqual([]);
    expect(await refusalsOfTen(call, { id, input: { grants: input.grants } })).toEqual([]);
    const { prisma } = at.gateway.services;
    expect(await prisma.workspaceGrant.count({ where: { workspaceId: id } })).toBe(1);
  });

  it('is the protection of a branch', async () => {
    const call = `mutation { setBranchProtection(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", branch: "main",
      protected: PROTECTED) { id } }`;
    expect(await refusalsOfTen(call.replace('PROTECTED', 'true'))).toEqual([]);
    expect(await refusalsOfTen(call.replace('PROTECTED', 'false'))).toEqual([]);
  });
});
