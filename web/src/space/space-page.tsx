import { useMemo } from 'react';
import { FailedWorkersDocument, SpaceOverviewDocument } from '../../generated/shell.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { StatusBadge } from '../components/status-badge.js';
import { usePageTitle } from '../components/use-page-title.js';
import { problemsOf } from '../problems/problem-list.js';
import { ProblemSection } from '../problems/problem-section.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { RunSection } from '../runs/run-section.js';
import { useRuns } from '../runs/use-runs.js';
import { SpaceSearchForm } from '../search/space-search-form.js';
import { WorkerSection } from '../workers/worker-section.js';
import { RepositorySection } from './repository-section.js';
import { useLiveQuery } from './use-live-query.js';
import { WorkspaceSection } from './workspace-section.js';
import './space.css';

const overviewItems: ReadonlySet<string> = new Set([
  'SpaceWorkspaceEvent',
  'SpaceRemoteEvent',
  'SpaceFilesEvent',
]);

/** The live dashboard of a space. */
export function SpacePage({ slug }: { slug: string }) {
  const overview = useLiveQuery(SpaceOverviewDocument, { slug }, ({ __typename }) =>
    overviewItems.has(__typename),
  );
  const failed = useLiveQuery(
    FailedWorkersDocument,
    { slug },
    (item) => item.__typename === 'SpaceWorkerEvent' && item.workerStatus === 'failed',
  );
  const recent = useRuns(slug);
  const space = overview.data?.space;
  usePageTitle(space?.name ?? slug);
  const workspaceNames = useMemo(
    () => new Map(space?.workspaces.nodes.map(({ id, name }) => [id, name])),
    [space],
  );
  if (!space) return overview.fault ? <FaultMessage fault={overview.fault} /> : <Loading what="the space" />;
  const mayManage = space.role === 'admin';
  return (
    <>
      <div className="page-title">
        <h1>{space.name}</h1>
        <StatusBadge status={space.role} />
        {mayManage && (
          <Link className="button push-end" to={addressOf.manage(slug)}>
            Manage
          </Link>
        )}
      </div>
      <SpaceSearchForm slug={slug} />
      <FaultMessage fault={overview.fault} />
      <WorkspaceSection slug={slug} space={space} onChange={overview.reload} />
      <WorkerSection slug={slug} workspaceNames={workspaceNames} />
      <div className="columns">
        <RunSection slug={slug} {...recent} />
        <div>
          <ProblemSection
            problems={problemsOf(slug, recent.runs, overview.data, failed.data)}
            isLoading={recent.isLoading}
          />
          <RepositorySection
            slug={slug}
            repositories={space.repositories.nodes}
            total={space.repositories.totalCount}
          />
        </div>
      </div>
    </>
  );
}
