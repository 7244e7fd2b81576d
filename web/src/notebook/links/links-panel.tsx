import { type FormEvent, useCallback, useEffect, useState } from 'react';
import {
  AddLinkDocument,
  LinksOfNotebookDocument,
  type LinksOfNotebookQuery,
  type LinkTargetType,
  RemoveLinkDocument,
} from '../../../generated/notebook.js';
import { SidePanel } from '../components/side-panel.js';
import type { NotebookModel } from '../notebook-model.js';
import { messageOf } from '../storage/api-requests.js';

const typeNames: Record<LinkTargetType, string> = {
  analysis: 'Analysis',
  product: 'Product',
  repository: 'Repository',
  use_case: 'Use case',
};

/** What a notebook is linked to. */
export function LinksPanel({
  model,
  notebookId,
  onClose,
}: {
  model: NotebookModel;
  notebookId: string | null;
  onClose(): void;
}) {
  const { space, error, change } = useLinks(model, notebookId);
  const links = space?.document.links.nodes ?? [];
  const remove = (id: string) =>
    change((address) => model.api.mutate(RemoveLinkDocument, { ...address, id }));
  return (
    <SidePanel title="Links" onClose={onClose}>
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
      {space && links.length === 0 && <p className="hint">This notebook is not linked to anything.</p>}
      <ul className="links">
        {links.map(({ id, targetType, targetName, targetId }) => (
          <li key={id}>
            <span className="badge">{typeNames[targetType]}</span> {targetName ?? targetId}
            {model.canEdit && (
              <button
                type="button"
                className="quiet"
                aria-label={`Remove the link to ${targetName ?? targetId}`}
                onClick={() => void remove(id)}
              >
                ✕
              </button>
            )}
          </li>
        ))}
      </ul>
      {model.canEdit && space && (
        <AddLink
          space={space}
          onAdd={(targetType, targetId) =>
            void change((address) =>
              model.api.mutate(AddLinkDocument, { ...address, input: { targetType, targetId } }),
            )
          }
        />
      )}
    </SidePanel>
  );
}

type LinkedSpace = LinksOfNotebookQuery['space'];

function AddLink({ space, onAdd }: { space: LinkedSpace; onAdd(type: LinkTargetType, id: string): void }) {
  const linked = new Set(space.document.links.nodes.map(({ targetId }) => targetId));
  const targets = [
    ...space.catalog.nodes,
    ...space.repositories.nodes.map((one) => ({ ...one, type: 'repository' as const })),
  ].filter(({ id }) => !linked.has(id));
  const [chosen, setChosen] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    const target = targets.find(({ id }) => id === chosen);
    if (target) onAdd(target.type, target.id);
    setChosen('');
  };
  if (targets.length === 0) return <p className="hint">There is nothing else to link to.</p>;
  return (
    <form className="add-link" onSubmit={add}>
      <label>
        Link to
        <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">Choose…</option>
          {targets.map(({ id, name, type }) => (
            <option key={id} value={id}>
              {typeNames[type]}: {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" disabled={chosen === ''}>
        Add
      </button>
    </form>
  );
}

function useLinks(model: NotebookModel, notebookId: string | null) {
  const [space, setSpace] = useState<LinkedSpace | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = useCallback(async () => {
    if (notebookId === null) return;
    const variables = { spaceSlug: model.page.slug, notebookId };
    try {
      setSpace((await model.api.query(LinksOfNotebookDocument, variables)).space);
    } catch (reason) {
      setError(messageOf(reason));
    }
  }, [model, notebookId]);
  useEffect(() => void load(), [load]);
  const change = async (act: (address: { spaceSlug: string; notebookId: string }) => Promise<unknown>) => {
    setError(null);
    try {
      await act({ spaceSlug: model.page.slug, notebookId: notebookId! });
    } catch (reason) {
      setError(messageOf(reason));
    }
    await load();
  };
  return { space, error, change };
}
