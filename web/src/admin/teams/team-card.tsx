import {
  AddTeamMemberDocument,
  DeleteTeamDocument,
  RemoveTeamMemberDocument,
} from '../../../generated/shell.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmButton } from '../../components/confirm-button.js';
import { FaultMessage } from '../../components/fault-message.js';
import { Field } from '../../components/field.js';
import { formValues } from '../../components/form-values.js';
import type { Pages } from '../../paging/use-pages.js';
import type { MemberRow } from '../member-section.js';
import { TeamMembers, type TeamRow } from './team-members.js';

/** A team: its members, and how to add one, remove one and delete the team. */
export function TeamCard({
  slug,
  team,
  before,
  members,
  isSearching,
  onChange,
}: {
  slug: string;
  team: TeamRow;
  /** The cursor of the team before it; null for the first one. */
  before: string | null;
  /** The members of the space. */
  members: Pages<MemberRow>;
  /** Whether only some of them are shown, by their names. */
  isSearching: boolean;
  onChange: () => void;
}) {
  const add = useAction(AddTeamMemberDocument);
  const drop = useAction(DeleteTeamDocument);
  const remove = useAction(RemoveTeamMemberDocument);
  const target = { spaceSlug: slug, teamId: team.id };
  return (
    <li className="card">
      <h3>{team.name}</h3>
      <TeamMembers
        slug={slug}
        team={team}
        before={before}
        isBusy={remove.isBusy}
        onRemove={async (userId) => {
          const isRemoved = (await remove.run({ ...target, userId })) !== undefined;
          if (isRemoved) onChange();
          return isRemoved;
        }}
      />
      <AddTeamMember
        team={team}
        members={members}
        isSearching={isSearching}
        isBusy={add.isBusy}
        onAdd={async (userId) => {
          if (await add.run({ ...target, userId })) onChange();
        }}
      />
      <FaultMessage fault={add.fault ?? remove.fault} />
      <ConfirmButton
        label="Delete team"
        name={`Delete team ${team.name}`}
        title={`Delete the team ${team.name}?`}
        {...drop}
        onConfirm={async () => {
          const isDeleted = (await drop.run({ spaceSlug: slug, id: team.id })) !== undefined;
          if (isDeleted) onChange();
          return isDeleted;
        }}
      >
        <p>Its members lose what was shared with the team.</p>
      </ConfirmButton>
    </li>
  );
}

function AddTeamMember({
  team,
  members: { rows = [], hasMore },
  isSearching,
  isBusy,
  onAdd,
}: {
  team: TeamRow;
  members: Pages<MemberRow>;
  isSearching: boolean;
  isBusy: boolean;
  onAdd: (userId: string) => Promise<void>;
}) {
  const inTeam = new Set(team.members.nodes.map(({ id }) => id));
  const others = rows.filter(({ userId }) => !inTeam.has(userId));
  if (others.length === 0) return null;
  return (
    <form
      className="inline-form"
      onSubmit={async (event) => {
        const { userId = '' } = formValues(event);
        await onAdd(userId);
      }}
    >
      <Field
        label={`Add to ${team.name}`}
        hint={
          hasMore || isSearching ? 'Of the members that are shown above; search there for others.' : undefined
        }
      >
        {(field) => (
          <select {...field} name="userId">
            {others.map(({ userId, user }) => (
              <option key={userId} value={userId}>
                {user.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <button type="submit" disabled={isBusy}>
        Add
      </button>
    </form>
  );
}
