import { useState } from 'react';
import type { SpaceOverviewQuery } from '../../generated/shell.js';
import { Others } from '../components/others.js';
import { Section } from '../components/section.js';
import { CreateWorkspaceDialog } from './create-workspace-dialog.js';
import { WorkspaceCard } from './workspace-card.js';

/** This many cards are seen without a search. */
const minSearched = 9;
/** Each workspace whose presence is shown has a stream of its own. */
const maxWatched = 12;

/** The workspaces of a space, and how to create one. */
export function WorkspaceSection({
  slug,
  space,
  onChange,
}: {
  slug: string;
  space: SpaceOverviewQuery['space'];
  /** Called when one was archived. */
  onChange: () => void;
}) {
  const [isCreating, setCreating] = useState(false);
  const [search, setSearch] = useState('');
  const { nodes, totalCount } = space.workspaces;
  const wanted = search.trim().toLowerCase();
  const shown = nodes.filter(({ name, owner }) => `${name} ${owner.name}`.toLowerCase().includes(wanted));
  return (
    <Section
      title="Workspaces"
      count={totalCount}
      actions={
        <div className="section-actions">
          {nodes.length >= minSearched && (
            <input
              type="search"
              aria-label="Find a workspace by its name or owner"
              placeholder="Find"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
          {space.role !== 'viewer' && (
            <button type="button" className="primary" onClick={() => setCreating(true)}>
              New workspace
            </button>
          )}
        </div>
      }
    >
      {nodes.length === 0 && <p className="empty">There is no workspace that you can see.</p>}
      <ul className="cards">
        {shown.map((workspace, index) => (
          <WorkspaceCard
            key={workspace.id}
            slug={slug}
            workspace={workspace}
            showsPresence={index < maxWatched}
            onChange={onChange}
          />
        ))}
      </ul>
      <Others total={totalCount} shown={nodes.length} />
      {isCreating && (
        <CreateWorkspaceDialog
          slug={slug}
          repositories={space.repositories.nodes}
          mayCreateRepository={space.role === 'admin'}
          onClose={() => setCreating(false)}
        />
      )}
    </Section>
  );
}
