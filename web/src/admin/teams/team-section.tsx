import type { FormEvent } from 'react';
import { CreateTeamDocument, type ManagedTeamsQuery } from '../../../generated/shell.js';
import { useAction } from '../../api/use-action.js';
import { FaultMessage } from '../../components/fault-message.js';
import { Field } from '../../components/field.js';
import { formValues } from '../../components/form-values.js';
import { Loading } from '../../components/loading.js';
import { Section } from '../../components/section.js';
import { ShowMore } from '../../paging/show-more.js';
import type { Pages } from '../../paging/use-pages.js';
import type { MemberRow } from '../member-section.js';
import { TeamCard } from './team-card.js';

/** The teams of a space by pages, each with its cursor. */
export type TeamPages = Pages<ManagedTeamsQuery['space']['teams']['edges'][number]>;

/** The teams of a space; workspaces are shared with a team as with one person. */
export function TeamSection({
  slug,
  teams,
  members,
  isSearching,
}: {
  slug: string;
  teams: TeamPages;
  /** The members of the space, who may become members of a team. */
  members: Pages<MemberRow>;
  /** Whether only some of them are shown, by their names. */
  isSearching: boolean;
}) {
  const create = useAction(CreateTeamDocument);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const form = event.currentTarget;
    const { name = '' } = formValues(event);
    if (!(await create.run({ spaceSlug: slug, name }))) return;
    form.reset();
    teams.reload();
  };
  return (
    <Section title="Teams" count={teams.total}>
      <form className="inline-form" onSubmit={submit}>
        <Field label="New team">
          {(field) => <input {...field} name="name" required maxLength={200} autoComplete="off" />}
        </Field>
        <button type="submit" disabled={create.isBusy}>
          Create
        </button>
        <FaultMessage fault={create.fault} />
      </form>
      <FaultMessage fault={teams.fault} />
      {teams.isLoading && <Loading what="teams" />}
      {teams.rows?.length === 0 && <p className="empty">There is no team yet.</p>}
      <ul className="cards">
        {teams.rows?.map(({ node }, index, rows) => (
          <TeamCard
            key={node.id}
            slug={slug}
            team={node}
            before={rows[index - 1]?.cursor ?? null}
            members={members}
            isSearching={isSearching}
            onChange={teams.reload}
          />
        ))}
      </ul>
      <ShowMore pages={teams} what="teams" />
    </Section>
  );
}
