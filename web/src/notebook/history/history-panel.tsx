import { useCallback, useEffect, useRef, useState } from 'react';
import {
  RestoreNotebookDocument,
  VersionsOfNotebookDocument,
  type VersionsOfNotebookQuery,
} from '../../../generated/notebook.js';
import { SidePanel } from '../components/side-panel.js';
import type { NotebookModel } from '../notebook-model.js';
import { messageOf } from '../storage/api-requests.js';
import { VersionDifference } from './version-difference.js';
import { comparedVersions, type VersionPages, withNewest, withOlder } from './version-pages.js';

type Version = VersionsOfNotebookQuery['space']['document']['versions']['nodes'][number];

/** The saved versions of a notebook on its branch: what each changed, and a button that restores it. */
export function HistoryPanel({
  model,
  notebookId,
  onClose,
}: {
  model: NotebookModel;
  notebookId: string | null;
  onClose(): void;
}) {
  const { pages, error, loadMore, reload } = useVersions(model, notebookId);
  // Those that are open stay open: what closes above the pointer would move everything below it.
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => setOpenIds((now) => (now.has(id) ? without(now, id) : new Set(now).add(id)));
  return (
    <SidePanel title="History" onClose={onClose}>
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
      <ol className="versions">
        {comparedVersions(pages).map(({ version, before }, index) => (
          <li key={version.id}>
            <button
              type="button"
              className="quiet version"
              aria-expanded={openIds.has(version.id)}
              onClick={() => toggle(version.id)}
            >
              <span>{version.commitMessage.split('\n')[0]}</span>
              <span className="hint">
                {version.author.name}, <time dateTime={version.createdAt}>{timeOf(version.createdAt)}</time>
              </span>
            </button>
            {openIds.has(version.id) && (
              <OpenVersion
                model={model}
                notebookId={notebookId}
                version={version}
                before={before}
                isNewest={index === 0}
                onRestored={reload}
              />
            )}
          </li>
        ))}
      </ol>
      {pages.versions.length < pages.total && (
        <button type="button" onClick={loadMore}>
          Older versions
        </button>
      )}
      {notebookId === null && <p className="hint">This version of the file has no history.</p>}
    </SidePanel>
  );
}

const without = (ids: ReadonlySet<string>, left: string) => new Set([...ids].filter((id) => id !== left));

const timeOf = (time: string) =>
  new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function OpenVersion({
  model,
  notebookId,
  version,
  before,
  isNewest,
  onRestored,
}: {
  model: NotebookModel;
  notebookId: string | null;
  version: Version;
  before: Version | undefined;
  isNewest: boolean;
  onRestored(): void;
}) {
  const [error, setError] = useState<string | null>(null);
  const restore = async () => {
    try {
      await model.draft.save();
      const input = { versionId: version.id, baseSha: model.draft.baseSha };
      await model.api.mutate(RestoreNotebookDocument, {
        spaceSlug: model.page.slug,
        notebookId: notebookId!,
        input,
      });
      await model.draft.pull();
      onRestored();
    } catch (reason) {
      setError(messageOf(reason));
    }
  };
  return (
    <div className="open-version">
      {model.canEdit && !isNewest && (
        <button type="button" onClick={() => void restore()}>
          Restore this version
        </button>
      )}
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
      <p className="hint">
        {before
          ? `What changed since the version before it, of ${timeOf(before.createdAt)}.`
          : 'The first version: all of it is new.'}
      </p>
      <VersionDifference model={model} before={before} after={version} />
    </div>
  );
}

const none: VersionPages<Version> = { versions: [], total: 0 };

/** The versions that are loaded: the newest ones, which follow each save, and as many older pages as were asked for. */
function useVersions(model: NotebookModel, notebookId: string | null) {
  const [pages, setPages] = useState(none);
  const [error, setError] = useState<string | null>(null);
  /** The answers that come for another notebook, or after the end of the panel, are of no use. */
  const current = useRef({});
  const load = useCallback(
    async (offset: number) => {
      if (notebookId === null) return;
      const asked = current.current;
      const { slug, branch } = model.page;
      const variables = { spaceSlug: slug, notebookId, branch, offset };
      try {
        const found = await model.api.query(VersionsOfNotebookDocument, variables);
        if (current.current !== asked) return;
        const page = found.space.document.versions;
        setError(null);
        setPages((before) => (offset === 0 ? withNewest(before, page) : withOlder(before, page, offset)));
      } catch (reason) {
        if (current.current === asked) setError(messageOf(reason));
      }
    },
    [model, notebookId],
  );
  const reload = useCallback(() => void load(0), [load]);
  useEffect(() => {
    setPages(none);
    reload();
    let sha = model.draft.baseSha;
    const stop = model.draft.subscribe(() => {
      if (model.draft.baseSha !== sha) reload();
      sha = model.draft.baseSha;
    });
    return () => {
      current.current = {};
      stop();
    };
  }, [model, reload]);
  return { pages, error, reload, loadMore: () => void load(pages.versions.length) };
}
