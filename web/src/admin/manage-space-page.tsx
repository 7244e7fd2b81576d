import { useState } from 'react';
import { useQuery } from 'urql';
import {
  ManagedMembersDocument,
  type ManagedMembersQuery,
  ManagedSpaceDocument,
  ManagedTeamsDocument,
  type ManagedTeamsQuery,
} from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { usePages } from '../paging/use-pages.js';
import { useRefresh } from '../paging/use-refresh.js';
import { ManagedRepositorySection } from './managed-repository-section.js';
import { MemberSection } from './member-section.js';
import { TeamSection } from './teams/team-section.js';
import './admin.css';

const membersOf = ({ space }: ManagedMembersQuery) => space.members;
const teamsOf = ({ space: { teams } }: ManagedTeamsQuery) => ({ ...teams, nodes: teams.edges });

/** What an admin of a space manages: its members, its teams, the remotes and the maintenance of its repositories. */
export function ManageSpacePage({ slug }: { slug: string }) {
  const [{ data, error }] = useQuery({ query: ManagedSpaceDocument, variables: { slug } });
  usePageTitle(`Manage ${slug}`);
  if (!data) return error ? <FaultMessage fault={faultOf(error)} /> : <Loading what="the space" />;
  const { name, role } = data.space;
  if (role !== 'admin') return <p className="empty">Only admins of {name} manage it.</p>;
  return (
    <>
      <h1>Manage {name}</h1>
      <FaultMessage fault={error && faultOf(error)} />
      <PeopleOfSpace slug={slug} />
      <ManagedRepositorySection slug={slug} />
    </>
  );
}

/** The members and the teams, which change together. */
function PeopleOfSpace({ slug }: { slug: string }) {
  const [search, setSearch] = useState('');
  const asked = { slug, search: search === '' ? null : search };
  const members = usePages(ManagedMembersDocument, asked, membersOf);
  const teams = usePages(ManagedTeamsDocument, { slug }, teamsOf);
  useRefresh(members.soon);
  useRefresh(teams.soon);
  return (
    <>
      <MemberSection
        slug={slug}
        members={members}
        search={search}
        onSearch={setSearch}
        onChange={() => {
          members.reload();
          teams.reload();
        }}
      />
      <TeamSection slug={slug} teams={teams} members={members} isSearching={search !== ''} />
    </>
  );
}
