import { DownloadButton } from '../components/download-button.js';
import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { useSession } from '../sign-in/session.js';
import { FileActions } from './files/file-actions.js';
import { ImageFile, imageTypeOf } from './files/image-file.js';
import { type RawFile, rawFilePath } from './files/raw-file.js';
import { TextFile } from './files/text-file.js';
import { type FileState, useFileState } from './files/use-file-state.js';
import { type FilePageProps, fileName, type PageFile } from './storage/page-file.js';
import { useOpenFile } from './storage/use-open-file.js';
import './notebook.css';

/** The page of a file that is no notebook: texts are edited, tables and images shown, any bytes downloaded. */
export function FilePage(props: FilePageProps) {
  const { slug, workspaceId, path, branch } = props;
  const { token } = useSession();
  const { state, fault } = useFileState(props);
  const file = { slug, workspaceId, path, branch, token: token ?? '' };
  usePageTitle(fileName(path));
  return (
    <>
      <div className="notebook-title file-title">
        <h1>{path}</h1>
        {branch && <span className="badge">{branch}</span>}
        {!fault?.isMissing && (
          <DownloadButton slug={slug} path={rawFilePath(workspaceId)} query={{ path, ref: branch }} />
        )}
      </div>
      {fault && <Fault message={fault.message} />}
      {state?.readOnlyReason && <p className="hint">{state.readOnlyReason}</p>}
      {state && <FileContent state={state} file={file} line={props.line} />}
      {!state && !fault && <Loading what="the file" />}
    </>
  );
}

interface ContentProps {
  state: FileState;
  file: RawFile;
  /** The line of a text to show first, from 1. */
  line: number | undefined;
}

function FileContent({ state, file, line }: ContentProps) {
  const { page, sha, readOnlyReason } = state;
  const type = imageTypeOf(page.path);
  if (!type) return <ReadableFile state={state} file={file} line={line} />;
  return (
    <>
      {readOnlyReason === null && <WholeFile page={page} sha={sha} />}
      <ImageFile file={file} type={type} />
    </>
  );
}

function ReadableFile({ state: { page, sha, readOnlyReason }, file, line }: ContentProps) {
  const { opened, error } = useOpenFile(file);
  const canEdit = readOnlyReason === null;
  if (!opened && !error) return <Loading what="the file" />;
  if (opened?.file.__typename === 'TextFile')
    return <TextFile opened={{ ...opened, canEdit }} content={opened.file.content} line={line} />;
  return (
    <>
      {canEdit && <WholeFile page={page} sha={sha} />}
      {error ? (
        <Fault message={error} />
      ) : (
        <p className="hint">This file cannot be shown here. It can be downloaded.</p>
      )}
    </>
  );
}

/** What can be done with a file that is not edited. */
function WholeFile({ page, sha }: { page: PageFile; sha: string }) {
  return (
    <div className="notebook-actions file-title">
      <FileActions page={page} readSha={async () => sha} />
    </div>
  );
}

function Fault({ message }: { message: string }) {
  return (
    <p className="fault" role="alert">
      {message}
    </p>
  );
}
