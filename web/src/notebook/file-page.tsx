import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { useSession } from '../session/session.js';
import { DownloadButton } from './files/download-button.js';
import { ImageFile, imageTypeOf } from './files/image-file.js';
import { TextFile } from './files/text-file.js';
import { type FilePageProps, fileName } from './storage/page-file.js';
import { useOpenFile } from './storage/use-open-file.js';
import './notebook.css';

/** The page of a file that is no notebook: texts are edited, tables and images shown, any bytes downloaded. */
export function FilePage(props: FilePageProps) {
  const { slug, workspaceId, path, branch } = props;
  const { token } = useSession();
  const type = imageTypeOf(path);
  const file = { slug, workspaceId, path, branch, token: token ?? '' };
  usePageTitle(fileName(path));
  return (
    <>
      <div className="notebook-title file-title">
        <h1>{path}</h1>
        {branch && <span className="badge">{branch}</span>}
        <DownloadButton file={file} />
      </div>
      {type ? <ImageFile file={file} type={type} /> : <ReadableFile {...props} />}
    </>
  );
}

function ReadableFile(props: FilePageProps) {
  const { opened, error } = useOpenFile(props);
  if (error)
    return (
      <p className="fault" role="alert">
        {error}
      </p>
    );
  if (!opened) return <Loading what="the file" />;
  if (opened.file.__typename === 'TextFile')
    return <TextFile opened={opened} content={opened.file.content} />;
  return <p className="hint">This file cannot be shown here. It can be downloaded.</p>;
}
