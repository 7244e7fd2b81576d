import { useEffect, useState } from 'react';
import { FileAtVersionDocument } from '../../../generated/notebook.js';
import { Loading } from '../../components/loading.js';
import { type CellDifference, diffNotebooks } from '../model/diff-notebooks.js';
import { type Cell, type Notebook, readNotebook } from '../model/notebook.js';
import type { NotebookModel } from '../notebook-model.js';
import { OutputList, shownOutputs } from '../output/output-list.js';
import { messageOf } from '../storage/api-requests.js';
import { workspaceOf } from '../storage/page-file.js';
import { SourceDifference } from './source-difference.js';

/** A version to compare: a commit, and the path that the notebook had in it. */
export interface ComparedVersion {
  commitSha: string;
  path: string;
}

const empty: Notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };

/** What a version changed, cell by cell: texts by lines, outputs with their images. */
export function VersionDifference({
  model,
  before,
  after,
}: {
  model: NotebookModel;
  before: ComparedVersion | undefined;
  after: ComparedVersion;
}) {
  const [cells, setCells] = useState<CellDifference[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  // By their texts: the list of versions is loaded again after each save, with new objects for the same versions.
  const { commitSha, path } = after;
  const { commitSha: oldSha, path: oldPath = path } = before ?? {};
  useEffect(() => {
    let isCurrent = true;
    setCells(null);
    setError(null);
    const old = oldSha === undefined ? empty : loadVersion(model, { commitSha: oldSha, path: oldPath });
    Promise.all([old, loadVersion(model, { commitSha, path })])
      .then((found) => isCurrent && setCells(diffNotebooks(...found)))
      .catch((reason) => isCurrent && setError(messageOf(reason)));
    return () => {
      isCurrent = false;
    };
  }, [model, oldSha, oldPath, commitSha, path]);
  if (error)
    return (
      <p className="fault" role="alert">
        {error}
      </p>
    );
  if (!cells) return <Loading what="the difference" />;
  const changed = cells.filter(({ kind }) => kind !== 'same');
  if (changed.length === 0) return <p className="hint">No cell changed.</p>;
  return (
    <div className="version-difference">
      {changed.map((cell) => (
        <ChangedCell key={cell.id} cell={cell} />
      ))}
    </div>
  );
}

const kindNames = { added: 'Added', removed: 'Removed', changed: 'Changed', same: 'Same' };

function ChangedCell({
  cell: { kind, before, after, outputsChanged, metadataChanged },
}: {
  cell: CellDifference;
}) {
  const type = (after ?? before)!.cell_type;
  return (
    <section className={`changed-cell changed-${kind}`}>
      <h3>
        {kindNames[kind]} {type} cell
      </h3>
      <SourceDifference before={before?.source ?? ''} after={after?.source ?? ''} />
      {metadataChanged && <p className="hint">Its type or metadata changed.</p>}
      {outputsChanged && (
        <div className="output-difference">
          {before?.outputs?.length ? <OutputOf cell={before} label="Output before" /> : null}
          {after?.outputs?.length ? <OutputOf cell={after} label="Output after" /> : null}
          {kind === 'changed' && !after?.outputs?.length && <p className="hint">The output was removed.</p>}
        </div>
      )}
    </section>
  );
}

function OutputOf({ cell, label }: { cell: Cell; label: string }) {
  return (
    <>
      <h4>{label}</h4>
      <OutputList outputs={shownOutputs(cell.outputs)} label={label} />
    </>
  );
}

async function loadVersion(model: NotebookModel, { commitSha, path }: ComparedVersion): Promise<Notebook> {
  const variables = { ...workspaceOf(model.page), path, ref: commitSha };
  const { file } = (await model.api.query(FileAtVersionDocument, variables)).space.workspace;
  if (file.__typename !== 'NotebookFile') throw new Error('This version is not a valid notebook.');
  return readNotebook(file.notebook);
}
