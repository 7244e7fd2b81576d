import type { OpenApiDocument } from '../../rest/openapi/build-openapi.js';

const base = '/api/v1.0/engagement/spaces/{space_slug}/notebooks';

/** An operation of the description. */
export interface RestOperation {
  /** The method and the path, e.g. `GET /workspaces/{workspace_id}`. */
  name: string;
  method: string;
  /** Below the base path, with `{name}` for parameters. */
  path: string;
  /** The names of its path parameters, without the space. */
  params: string[];
  /** The operation object of the document. */
  described: any;
}

/** All operations of a description. */
export function operationsOf(document: OpenApiDocument): RestOperation[] {
  return Object.entries(document.paths).flatMap(([full, methods]) =>
    Object.entries(methods).map(([verb, described]) => {
      const path = full.slice(base.length);
      const method = verb.toUpperCase();
      const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
      return { name: `${method} ${path}`, method, path, params, described };
    }),
  );
}

/** Whether an operation has a body of JSON; the bodies of others are bytes, which may be any. */
export function takesJson({ described }: RestOperation): boolean {
  return described.requestBody?.content['application/json'] !== undefined;
}

/** A value of each parameter of the query that an operation needs, for what `makeFilledSpace` makes. */
const neededValues: Record<string, string> = { path: 'there.ipynb', q: 'a', base: 'main' };

/**
 * The query without which an operation is refused, e.g. `path=there.ipynb`; empty where it needs none.
 * @throws Error when it needs a parameter whose value is not known here
 */
export function neededQuery({ name: operation, described }: RestOperation): string {
  const needed: string[] = described.parameters
    .filter((one: { in?: string; required?: boolean }) => one.in === 'query' && one.required)
    .map(({ name }: { name: string }) => name);
  const pairs = needed.map((name) => {
    const value = neededValues[name];
    if (value === undefined) throw new Error(`${operation} needs ${name}: add a value for it.`);
    return [name, value];
  });
  return String(new URLSearchParams(pairs));
}

/** The path with its parameters filled in. */
export function filled(path: string, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name]!));
}

/** A valid body of JSON for each operation, by its name; `ids` are of existing resources. */
export function validBodies(ids: { workspace_id: string; repository_id: string }): Record<string, object> {
  const { workspace_id, repository_id } = ids;
  const start = { workspace_id };
  const create = { path: 'new.ipynb' };
  const save = { path: 'there.ipynb', notebook: { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 } };
  return {
    'POST /workspaces': { name: 'New', default_repository_id: repository_id },
    'PATCH /workspaces/{workspace_id}': { name: 'Changed' },
    'PUT /workspaces/{workspace_id}/access': { grants: [] },
    'POST /workspaces/{workspace_id}/files': create,
    'PUT /workspaces/{workspace_id}/file': save,
    'POST /workspaces/{workspace_id}/authoring-files': create,
    'PUT /workspaces/{workspace_id}/authoring-file': save,
    'POST /workspaces/{workspace_id}/authoring-file/rename': { path: 'there.ipynb', new_path: 'moved.ipynb' },
    'POST /workspaces/{workspace_id}/commits': { changes: [{ create }], commit_message: 'New' },
    'POST /repositories/{repository_id}/files': create,
    'PUT /repositories/{repository_id}/file': save,
    'POST /repositories/{repository_id}/branches': { name: 'new/branch' },
    'POST /repositories/{repository_id}/merges': { source: 'main' },
    'POST /documents/{notebook_id}/versions/{version_id}/restore': { commit_message: 'Back' },
    'POST /documents/{notebook_id}/links': { target_type: 'repository', target_id: repository_id },
    'POST /workers': start,
    'POST /workers/{worker_id}/commit': { paths: ['there.ipynb'] },
    'POST /sessions': start,
    'POST /runs': { ...start, path: 'there.ipynb' },
    'POST /schedules': { ...start, path: 'there.ipynb', cron: '@daily' },
    'PATCH /schedules/{schedule_id}': { is_paused: true },
    'POST /sessions/{session_id}/execute/stream': { code: '1' },
    'POST /sessions/{session_id}/execute/batch': { cells: [{ code: '1' }] },
    'POST /sessions/{session_id}/comms': { type: 'comm_msg', comm_id: 'unknown', data: {} },
    'POST /sessions/{session_id}/complete': { code: 'a', cursor_pos: 1 },
    'POST /sessions/{session_id}/inspect': { code: 'a', cursor_pos: 1, detail_level: 0 },
    'POST /sessions/{session_id}/executions/{execution_id}/input': { request_id: 'none', value: 'Ada' },
  };
}
