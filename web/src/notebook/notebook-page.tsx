import { useEffect, useState } from 'react';
import { Loading } from '../components/loading.js';
import { usePageTitle } from '../components/use-page-title.js';
import { readNotebook } from './model/notebook.js';
import { NotebookModel } from './notebook-model.js';
import { NotebookView } from './notebook-view.js';
import { type FilePageProps, fileName } from './storage/page-file.js';
import { type OpenFile, useApiRequests, useOpenFile } from './storage/use-open-file.js';
import './notebook.css';

/** The page of a notebook. */
export function NotebookPage(props: FilePageProps) {
  const { opened, error } = useOpenFile(props);
  usePageTitle(fileName(props.path));
  if (error)
    return (
      <p className="fault" role="alert">
        {error}
      </p>
    );
  if (!opened) return <Loading what="the notebook" />;
  if (opened.file.__typename !== 'NotebookFile')
    return (
      <>
        <h1>{props.path}</h1>
        <p className="fault">This file is not a valid notebook. Its bytes can be downloaded and replaced.</p>
      </>
    );
  return <OpenNotebook opened={opened} cell={props.cell} line={props.line} />;
}

function OpenNotebook({
  opened,
  ...begin
}: {
  opened: OpenFile;
  cell: number | undefined;
  line: number | undefined;
}) {
  const api = useApiRequests();
  const [model, setModel] = useState<NotebookModel | null>(null);
  useEffect(() => {
    const { page, file, canEdit } = opened;
    if (file.__typename !== 'NotebookFile') return;
    const stored = { sha: file.sha, notebook: readNotebook(file.notebook) };
    const opening = new NotebookModel(api, page, stored, canEdit);
    opening.start();
    setModel(opening);
    return () => opening.close();
  }, [api, opened]);
  if (!model) return null;
  return (
    <NotebookView
      model={model}
      notebookId={opened.file.notebookId}
      workspaceName={opened.workspaceName}
      begin={begin}
    />
  );
}
