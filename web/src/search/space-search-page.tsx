import { useState } from 'react';
import { SearchSpaceDocument, type SearchSpaceQuery } from '../../generated/shell.js';
import { FaultMessage } from '../components/fault-message.js';
import { Section } from '../components/section.js';
import { usePageTitle } from '../components/use-page-title.js';
import { ShowMore } from '../paging/show-more.js';
import { usePages } from '../paging/use-pages.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { byWorkspace } from './by-workspace.js';
import { HitRows } from './hit-rows.js';
import { SpaceSearchForm } from './space-search-form.js';

/** Finds a text in the names and contents of the files of all workspaces that the user can view. */
export function SpaceSearchPage({ slug, q }: { slug: string; q: string }) {
  usePageTitle(q === '' ? 'Search' : `“${q}”`);
  return (
    <>
      <div className="page-title">
        <h1>Search</h1>
      </div>
      <SpaceSearchForm slug={slug} q={q} />
      <p className="hint">On the default branches of the workspaces, the newest workspace first.</p>
      {q !== '' && (
        <div key={q}>
          <Found slug={slug} q={q} where="names" />
          <Found slug={slug} q={q} where="content" />
        </div>
      )}
    </>
  );
}

const titles = { names: 'Names', content: 'Contents' };
/** What the rows are. */
const rowNames = { names: 'names', content: 'lines' };

type Search = SearchSpaceQuery['space']['search'];

/** What one kind of search found; it goes on only while it is shown. */
function Found({ slug, q, where }: { slug: string; q: string; where: 'names' | 'content' }) {
  const [bounds, setBounds] = useState<Search>();
  const found = usePages(SearchSpaceDocument, { slug, q, in: where }, ({ space: { search, workspaces } }) => {
    setBounds(search);
    const names = new Map(workspaces.nodes.map(({ id, name }) => [id, name]));
    return {
      ...search,
      nodes: search.nodes.map((hit) => ({
        ...hit,
        workspaceName: names.get(hit.workspaceId) ?? 'A workspace',
      })),
    };
  });
  const { rows = [], total, isLoading, fault } = found;
  return (
    <Section title={titles[where]} count={total}>
      <FaultMessage fault={fault} />
      <p className="hint" role="status">
        {isLoading
          ? `Searching ${titles[where].toLowerCase()}…`
          : total === undefined
            ? ''
            : countOf(total, q, where)}
      </p>
      {byWorkspace(rows).map(({ id, name, hits }) => (
        <div key={id}>
          <h3>
            <Link to={addressOf.workspace(slug, id)}>{name}</Link>
          </h3>
          <HitRows hits={hits} slug={slug} label={`${titles[where]} in ${name}`} />
        </div>
      ))}
      <ShowMore pages={found} what={rowNames[where]} />
      {!isLoading && bounds && <Bounds search={bounds} />}
    </Section>
  );
}

function countOf(total: number, q: string, where: keyof typeof rowNames): string {
  const what = rowNames[where];
  if (total === 0) return `No ${what.slice(0, -1)} has “${q}”.`;
  return total === 1 ? `1 ${what.slice(0, -1)} has “${q}”.` : `${total} ${what} have “${q}”.`;
}

/** Why there may be more than what was found. */
function Bounds({ search: { isIncomplete, searchedWorkspaces, skippedFiles } }: { search: Search }) {
  const workspaces = searchedWorkspaces === 1 ? '1 workspace was' : `${searchedWorkspaces} workspaces were`;
  return (
    <>
      {isIncomplete && (
        <p className="hint">
          There may be more: the search reached a limit. {workspaces} searched; a longer text finds less.
        </p>
      )}
      {skippedFiles > 0 && (
        <p className="hint">
          {skippedFiles === 1 ? '1 file has' : `${skippedFiles} files have`} the text, but cannot be shown as
          lines.
        </p>
      )}
    </>
  );
}
