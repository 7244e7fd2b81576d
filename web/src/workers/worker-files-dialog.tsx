import { type FormEvent, useState } from 'react';
import { useQuery } from 'urql';
import {
  CommitWorkerFilesDocument,
  WorkerFilesDocument,
  type WorkerFilesQuery,
} from '../../generated/shell.js';
import { type ApiFault, faultOf } from '../api/api-error.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { DownloadButton } from '../components/download-button.js';
import { FaultMessage } from '../components/fault-message.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { Loading } from '../components/loading.js';
import { Others } from '../components/others.js';
import { sizeText } from '../components/size-text.js';
import { StatusBadge } from '../components/status-badge.js';

type Worker = WorkerFilesQuery['space']['worker'];
type WorkerFile = Worker['files']['nodes'][number];

const nothingChosen: ApiFault = { message: 'Choose at least one file.', code: undefined, extensions: {} };

/** The files that the kernels of a worker wrote, changed or deleted: they are downloaded, and committed to its branch. */
export function WorkerFilesDialog({
  slug,
  workerId,
  onClose,
}: {
  slug: string;
  workerId: string;
  onClose: () => void;
}) {
  const [{ data, error }, reload] = useQuery({
    query: WorkerFilesDocument,
    variables: { slug, id: workerId },
    requestPolicy: 'network-only',
  });
  const worker = data?.space.worker;
  return (
    <Dialog title="Files of the worker" onClose={onClose}>
      <p className="hint">
        What cells wrote is gone when the worker stops, unless it is committed or downloaded.
      </p>
      <FaultMessage fault={error && faultOf(error)} />
      {!worker && !error && <Loading what="the files" />}
      {worker?.files.nodes.length === 0 && <p className="empty">Cells have changed no file yet.</p>}
      {worker && worker.files.nodes.length > 0 && (
        <CommitForm
          slug={slug}
          worker={worker}
          onCommitted={() => reload({ requestPolicy: 'network-only' })}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

function CommitForm({
  slug,
  worker: { id, branch, effectivePermissions, files },
  onCommitted,
  onClose,
}: {
  slug: string;
  worker: Worker;
  onCommitted: () => void;
  onClose: () => void;
}) {
  const commit = useAction(CommitWorkerFilesDocument);
  const [isNone, setNone] = useState(false);
  const [message, setMessage] = useState('');
  const { canEdit } = effectivePermissions;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const paths = form.getAll('path').map(String);
    setNone(paths.length === 0);
    setMessage('');
    if (paths.length === 0) return;
    const commitMessage = String(form.get('message')).trim() || null;
    const done = await commit.run({ spaceSlug: slug, workerId: id, input: { paths, commitMessage } });
    if (!done) return;
    const { changed, commitSha } = done.commitWorkerFiles;
    setMessage(changed ? `Committed as ${commitSha.slice(0, 7)}.` : 'The branch has these files already.');
    onCommitted();
  };
  return (
    <form onSubmit={submit}>
      <ul className="rows worker-files" aria-label="Changed files">
        {files.nodes.map((file) => (
          <FileRow key={file.path} slug={slug} workerId={id} file={file} mayChoose={canEdit} />
        ))}
      </ul>
      <Others total={files.totalCount} shown={files.nodes.length} />
      {files.isTruncated && <p className="hint">The worker has more files than are looked through.</p>}
      <p role="status">{message}</p>
      {canEdit && (
        <>
          <Field label="Message of the commit">
            {(field) => (
              <input
                {...field}
                name="message"
                maxLength={500}
                autoComplete="off"
                placeholder="Keep the results"
              />
            )}
          </Field>
          <FormFooter
            fault={isNone ? nothingChosen : commit.fault}
            isBusy={commit.isBusy}
            submit={`Commit to ${branch}`}
            onClose={onClose}
          />
        </>
      )}
    </form>
  );
}

function FileRow({
  slug,
  workerId,
  file: { path, status, size },
  mayChoose,
}: {
  slug: string;
  workerId: string;
  file: WorkerFile;
  mayChoose: boolean;
}) {
  return (
    <li>
      {mayChoose ? (
        <label className="check grow">
          <input type="checkbox" name="path" value={path} /> {path}
        </label>
      ) : (
        <span className="grow">{path}</span>
      )}
      <StatusBadge status={status} />
      {size !== null && <span className="hint">{sizeText(size)}</span>}
      {status !== 'deleted' && (
        <DownloadButton
          className="quiet link"
          name={`Download ${path}`}
          slug={slug}
          path={`/workers/${encodeURIComponent(workerId)}/raw-file`}
          query={{ path }}
        />
      )}
    </li>
  );
}
