import { useState } from 'react';
import {
  MaintainRepositoryDocument,
  ManagedRepositoriesDocument,
  type ManagedRepositoriesQuery,
  SyncRepositoryDocument,
} from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Meter } from '../components/meter.js';
import { RelativeTime } from '../components/relative-time.js';
import { Section } from '../components/section.js';
import { StatusBadge } from '../components/status-badge.js';
import { ShowMore } from '../paging/show-more.js';
import { usePages } from '../paging/use-pages.js';
import { useSpaceItems } from '../space/space-feed.js';
import { RemoteDialog } from './remote-dialog.js';

type RepositoryRow = ManagedRepositoriesQuery['space']['repositories']['nodes'][number];

const items: ReadonlySet<string> = new Set(['SpaceMaintenanceEvent', 'SpaceRemoteEvent', 'SpaceEventsReset']);

const repositoriesOf = ({ space }: ManagedRepositoriesQuery) => space.repositories;

/** The repositories of a space with their remotes and their maintenance, live. */
export function ManagedRepositorySection({ slug }: { slug: string }) {
  const repositories = usePages(ManagedRepositoriesDocument, { slug }, repositoriesOf);
  useSpaceItems(({ __typename }) => {
    if (items.has(__typename)) repositories.soon();
  });
  return (
    <Section title="Repositories" count={repositories.total}>
      <FaultMessage fault={repositories.fault} />
      {repositories.isLoading && <Loading what="repositories" />}
      <ul className="cards">
        {repositories.rows?.map((repository) => (
          <RepositoryCard
            key={repository.id}
            slug={slug}
            repository={repository}
            onChange={repositories.reload}
          />
        ))}
      </ul>
      <ShowMore pages={repositories} what="repositories" />
    </Section>
  );
}

function RepositoryCard({
  slug,
  repository,
  onChange,
}: {
  slug: string;
  repository: RepositoryRow;
  onChange: () => void;
}) {
  const { id, name, remote, maintenance } = repository;
  const maintain = useAction(MaintainRepositoryDocument);
  const sync = useAction(SyncRepositoryDocument);
  const [isEditing, setEditing] = useState(false);
  const variables = { spaceSlug: slug, repositoryId: id };
  const isWaiting = maintenance.status === 'queued' || maintenance.status === 'running';
  return (
    <li className="card">
      <h3>{name}</h3>
      <RepositoryState repository={repository} isWaiting={isWaiting} />
      <FaultMessage fault={maintain.fault ?? sync.fault} />
      <div className="section-actions">
        <button
          type="button"
          aria-label={`Maintain ${name}`}
          disabled={isWaiting || maintain.isBusy}
          onClick={async () => {
            if (await maintain.run(variables)) onChange();
          }}
        >
          Maintain
        </button>
        {remote && (
          <button
            type="button"
            aria-label={`Sync ${name}`}
            disabled={sync.isBusy}
            onClick={async () => {
              if (await sync.run(variables)) onChange();
            }}
          >
            Sync
          </button>
        )}
        <button
          type="button"
          aria-label={remote ? `Remote of ${name}` : `Add a remote to ${name}`}
          onClick={() => setEditing(true)}
        >
          {remote ? 'Remote' : 'Add a remote'}
        </button>
      </div>
      {isEditing && (
        <RemoteDialog
          slug={slug}
          repository={repository}
          onClose={() => setEditing(false)}
          onChange={onChange}
        />
      )}
    </li>
  );
}

function RepositoryState({
  repository: { remote, maintenance },
  isWaiting,
}: {
  repository: RepositoryRow;
  /** Whether its maintenance is queued or runs. */
  isWaiting: boolean;
}) {
  return (
    <>
      <p className="hint">
        {(maintenance.sizeBytes / 1_048_576).toFixed(1)} MiB · {maintenance.packs}{' '}
        {maintenance.packs === 1 ? 'pack' : 'packs'} · {maintenance.looseObjects} loose{' '}
        {maintenance.looseObjects === 1 ? 'object' : 'objects'}
      </p>
      <p>
        Maintenance: <StatusBadge status={maintenance.status} />{' '}
        {maintenance.finishedAt && (
          <span className="hint">
            <RelativeTime time={maintenance.finishedAt} />
          </span>
        )}
      </p>
      {maintenance.percent !== null && isWaiting && (
        <Meter
          label={maintenance.step?.replaceAll('_', ' ') ?? 'Maintenance'}
          value={maintenance.percent}
          max={100}
          text={`${maintenance.percent} %`}
        />
      )}
      {maintenance.lastError && <p className="fault">{maintenance.lastError}</p>}
      {remote && (
        <p>
          Remote: <StatusBadge status={remote.syncStatus} /> <span className="hint">{remote.url}</span>{' '}
          {remote.lastSyncedAt && (
            <span className="hint">
              <RelativeTime time={remote.lastSyncedAt} />
            </span>
          )}
        </p>
      )}
      {remote?.lastError && <p className="fault">{remote.lastError}</p>}
    </>
  );
}
