/** A row of the API: the method, the path below the base path, and the field of the graph that does the same. */
export type Row = readonly [method: string, path: string, field: string];

/** The 32 documented endpoints, in their order. */
export const documented: readonly Row[] = [
  ['GET', '/workspaces', 'space.workspaces'],
  ['POST', '/workspaces', 'createWorkspace'],
  ['PATCH', '/workspaces/{workspace_id}', 'updateWorkspace'],
  ['GET', '/workspaces/{workspace_id}/access', 'space.workspace.access'],
  ['PUT', '/workspaces/{workspace_id}/access', 'replaceWorkspaceAccess'],
  ['POST', '/workspaces/{workspace_id}/archive', 'archiveWorkspace'],
  ['GET', '/workspaces/{workspace_id}/files', 'space.workspace.files'],
  ['POST', '/workspaces/{workspace_id}/files', 'createFile'],
  ['GET', '/workspaces/{workspace_id}/file', 'space.workspace.file'],
  ['PUT', '/workspaces/{workspace_id}/file', 'saveFile'],
  ['GET', '/workspaces/{workspace_id}/authoring-file', 'space.workspace.file'],
  ['POST', '/workspaces/{workspace_id}/authoring-files', 'createFile'],
  ['PUT', '/workspaces/{workspace_id}/authoring-file', 'saveFile'],
  ['POST', '/workspaces/{workspace_id}/authoring-file/rename', 'renameFile'],
  ['GET', '/repositories/{repository_id}/files', 'space.repository.files'],
  ['POST', '/repositories/{repository_id}/files', 'createFile'],
  ['GET', '/repositories/{repository_id}/file', 'space.repository.file'],
  ['PUT', '/repositories/{repository_id}/file', 'saveFile'],
  ['GET', '/documents/{notebook_id}/links', 'space.document.links'],
  ['POST', '/documents/{notebook_id}/links', 'createNotebookLink'],
  ['DELETE', '/documents/{notebook_id}/links/{link_id}', 'deleteNotebookLink'],
  ['GET', '/documents/{notebook_id}/versions', 'space.document.versions'],
  ['GET', '/kernel-profiles', 'space.kernelProfiles'],
  ['GET', '/worker-resource-classes', 'space.workerResourceClasses'],
  ['GET', '/workers', 'space.workers'],
  ['POST', '/workers', 'startWorker'],
  ['DELETE', '/workers/{worker_id}', 'stopWorker'],
  ['POST', '/sessions', 'createSession'],
  ['DELETE', '/sessions/{session_id}', 'deleteSession'],
  ['POST', '/sessions/{session_id}/interrupt', 'interruptSession'],
  ['POST', '/sessions/{session_id}/restart', 'restartSession'],
  ['POST', '/sessions/{session_id}/execute/stream', 'executeCell, executionEvents'],
];

/** What is there beside them, for clients that lost an id or a stream. */
export const further: readonly Row[] = [
  ['GET', '/workspaces/{workspace_id}', 'space.workspace'],
  ['GET', '/workers/{worker_id}', 'space.worker'],
  ['GET', '/workers/{worker_id}/files', 'space.worker.files'],
  ['GET', '/workers/{worker_id}/raw-file', 'workerFileContent'],
  ['POST', '/workers/{worker_id}/commit', 'commitWorkerFiles'],
  ['GET', '/sessions', 'space.sessions'],
  ['GET', '/sessions/{session_id}', 'space.session'],
  ['GET', '/sessions/{session_id}/executions/{execution_id}/stream', 'executionEvents'],
];
