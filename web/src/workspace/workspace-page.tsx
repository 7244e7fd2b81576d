import { useState } from 'react';
import { WorkspaceOverviewDocument } from '../../generated/shell.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { PresenceList } from '../presence/presence-list.js';
import { usePresence } from '../presence/use-presence.js';
import { navigate } from '../router/router.js';
import { addressOf } from '../router/routes.js';
import { RunSection } from '../runs/run-section.js';
import { useRuns } from '../runs/use-runs.js';
import { ScheduleSection } from '../schedules/schedule-section.js';
import { ShareButton } from '../sharing/share-button.js';
import { visibilityText } from '../sharing/visibility-text.js';
import { useLiveQuery } from '../space/use-live-query.js';
import { StartWorkerDialog } from '../workers/start-worker-dialog.js';
import { WorkerSection } from '../workers/worker-section.js';
import { FileSection } from './file-section.js';
import './workspace.css';

/** A workspace: its files on a branch, its workers, its runs and its schedules. */
export function WorkspacePage({
  slug,
  workspaceId,
  branch,
  folder,
  q,
}: {
  slug: string;
  workspaceId: string;
  /** Default the workspace's branch. */
  branch: string | undefined;
  /** The open folder; empty for the root. */
  folder: string;
  /** What is searched for in its files; empty where nothing is. */
  q: string;
}) {
  const { data, fault, reload } = useLiveQuery(
    WorkspaceOverviewDocument,
    { slug, id: workspaceId },
    (item) =>
      item.__typename === 'SpaceFilesEvent' ||
      (item.__typename === 'SpaceWorkspaceEvent' && item.workspaceId === workspaceId),
  );
  const recent = useRuns(slug, workspaceId);
  const here = usePresence(slug, workspaceId);
  const workspace = data?.space.workspace;
  usePageTitle(workspace?.name ?? 'Workspace');
  if (!workspace) return fault ? <FaultMessage fault={fault} /> : <Loading what="the workspace" />;
  const { name, owner, visibility, defaultRepository, defaultBranch, archivedAt, effectivePermissions } =
    workspace;
  const shown = branch ?? defaultBranch;
  const branches = defaultRepository.branches.nodes;
  const isProtected = branches.some((one) => one.name === shown && one.isProtected);
  const mayEdit = effectivePermissions.canEdit && archivedAt === null;
  const maySave = mayEdit && (!isProtected || data.space.role === 'admin');
  return (
    <>
      <div className="page-title">
        <h1>{name}</h1>
        <ShareButton slug={slug} workspace={workspace} onSaved={reload} />
        <p className="hint">
          {owner.name} · {defaultRepository.name} · {visibilityText(visibility)}
        </p>
        <PresenceList rows={here} />
        <BranchChoice
          branches={branches.map((one) => one.name)}
          shown={shown}
          onChoose={(name) => navigate(addressOf.workspace(slug, workspaceId, name))}
        />
      </div>
      <FaultMessage fault={fault} />
      {archivedAt !== null && (
        <p className="notice">This workspace is archived: its files can be read and not changed.</p>
      )}
      {isProtected && (
        <p className="notice">This branch is protected: only admins of the space change its files.</p>
      )}
      <FileSection
        slug={slug}
        workspaceId={workspaceId}
        repositoryId={defaultRepository.id}
        branch={shown}
        folder={folder}
        q={q}
        mayEdit={maySave}
      />
      <WorkersOfWorkspace slug={slug} workspaceId={workspaceId} branch={shown} mayStart={mayEdit} />
      <RunSection slug={slug} {...recent} />
      <ScheduleSection
        slug={slug}
        workspaceId={workspaceId}
        branch={shown}
        defaultBranch={defaultBranch}
        mayEdit={mayEdit}
        mayCreate={maySave}
      />
    </>
  );
}

/** The workers of the workspace, and how to start one on the branch that is shown. */
function WorkersOfWorkspace({
  slug,
  workspaceId,
  branch,
  mayStart,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  mayStart: boolean;
}) {
  const [isStarting, setStarting] = useState(false);
  return (
    <>
      <WorkerSection
        slug={slug}
        workspaceId={workspaceId}
        actions={
          mayStart && (
            <button type="button" onClick={() => setStarting(true)}>
              Start a worker
            </button>
          )
        }
      />
      {isStarting && (
        <StartWorkerDialog
          slug={slug}
          workspaceId={workspaceId}
          branch={branch}
          onClose={() => setStarting(false)}
        />
      )}
    </>
  );
}

function BranchChoice({
  branches,
  shown,
  onChoose,
}: {
  branches: string[];
  shown: string;
  onChoose: (branch: string) => void;
}) {
  return (
    <label className="branch-choice">
      Branch
      <select value={shown} onChange={(event) => onChoose(event.target.value)}>
        {!branches.includes(shown) && <option>{shown}</option>}
        {branches.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
