import { useSyncExternalStore } from 'react';
import { PresenceList } from '../presence/presence-list.js';
import { usePresence } from '../presence/use-presence.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { NotebookFileButton } from './files/notebook-file-button.js';
import { shownKernel } from './kernel/kernel-status.js';
import type { DraftState } from './model/notebook-draft.js';
import type { NotebookModel } from './notebook-model.js';
import { SaveState } from './save-state.js';
import type { PageFile } from './storage/page-file.js';

/** A panel beside the cells. */
export type PanelName = 'history' | 'links';

/** The name of the notebook, what its kernel does, and what the user can do with both. */
export function NotebookToolbar({
  model,
  draft,
  workspaceName,
  panel,
  onPanel,
}: {
  model: NotebookModel;
  draft: DraftState;
  workspaceName: string;
  panel: PanelName | null;
  onPanel(name: PanelName): void;
}) {
  const { page, canEdit } = model;
  const panelButton = (name: PanelName, label: string) => (
    <button type="button" aria-pressed={panel === name} onClick={() => onPanel(name)}>
      {label}
    </button>
  );
  return (
    <div className="notebook-head">
      <div className="notebook-title">
        <Link to={addressOf.workspace(page.slug, page.workspaceId, page.branch)}>{workspaceName}</Link>
        <h1>{page.path}</h1>
        <span className="badge">{page.branch}</span>
        <OpenBy page={page} />
        <SaveState draft={draft} canEdit={canEdit} />
      </div>
      <div className="notebook-actions" role="toolbar" aria-label="Notebook">
        {canEdit && <KernelButtons model={model} />}
        {canEdit && (
          <button type="button" onClick={() => void model.draft.save()} title="Ctrl+S">
            Save
          </button>
        )}
        {panelButton('history', 'History')}
        {panelButton('links', 'Links')}
        <NotebookFileButton model={model} />
        <KernelBadge model={model} />
      </div>
      <KernelProgress model={model} />
    </div>
  );
}

/** Who has this notebook open now. */
function OpenBy({ page: { slug, workspaceId, path } }: { page: PageFile }) {
  const rows = usePresence(slug, workspaceId, { path });
  return <PresenceList rows={rows.filter((row) => row.path === path)} />;
}

function KernelButtons({ model }: { model: NotebookModel }) {
  const state = useSyncExternalStore(model.kernel.subscribe, model.kernel.getState);
  const { isLive } = shownKernel(state);
  const restart = () => {
    if (confirm('Restart the kernel? Its variables are lost.')) void model.kernel.restart();
  };
  return (
    <>
      <button type="button" className="primary" onClick={() => void model.runAll()}>
        Run all
      </button>
      <button type="button" disabled={!isLive} onClick={() => void model.kernel.interrupt()}>
        Interrupt
      </button>
      {isLive ? (
        <button type="button" key="restart" onClick={restart}>
          Restart
        </button>
      ) : (
        <button
          type="button"
          key="start"
          disabled={state.progress !== null}
          onClick={() => void model.kernel.startKernel()}
        >
          Start
        </button>
      )}
      <button type="button" disabled={!isLive} onClick={() => void model.kernel.stop()}>
        Stop
      </button>
    </>
  );
}

function KernelBadge({ model }: { model: NotebookModel }) {
  const state = useSyncExternalStore(model.kernel.subscribe, model.kernel.getState);
  const { otherSessions } = state;
  const { status, text } = shownKernel(state);
  return (
    <span className={`kernel-badge kernel-${status}`} role="status">
      {text}
      {otherSessions > 0 &&
        ` · ${otherSessions} ${otherSessions === 1 ? 'other person runs' : 'others run'} this`}
    </span>
  );
}

function KernelProgress({ model }: { model: NotebookModel }) {
  const { progress, error } = useSyncExternalStore(model.kernel.subscribe, model.kernel.getState);
  return (
    <>
      {progress && (
        <div className="kernel-progress">
          <progress max={100} value={progress.percent} aria-label="Start of the kernel" />
          <span role="status">{progress.message}…</span>
        </div>
      )}
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
