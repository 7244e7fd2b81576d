import {
  CreateNotebookLinkDocument,
  DeleteNotebookLinkDocument,
  ListNotebookLinksDocument,
  ListNotebookVersionsDocument,
  RestoreNotebookVersionDocument,
} from '../generated/operations.js';
import { createLinkBody, listVersionsQuery, restoreVersionBody } from '../payloads/documents.js';
import { offsetOf, pageQuery } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Notebooks';

/** The routes of the links and versions of notebooks. */
export const documentRoutes: RestRoute[] = [
  route({
    operationId: 'listNotebookLinks',
    tag,
    method: 'get',
    path: '/documents/:notebook_id/links',
    summary: 'List the links of a notebook, newest first.',
    description: 'A notebook keeps its links when it is renamed; all branches of its repository share them.',
    needs: { scope: 'read', permission: "`can_view` over the notebook's repository" },
    query: pageQuery(20, 100),
    document: ListNotebookLinksDocument,
    variables: ({ space, param, query }) => ({ space, id: param('notebook_id'), ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.document.links' },
  }),
  route({
    operationId: 'createNotebookLink',
    tag,
    method: 'post',
    path: '/documents/:notebook_id/links',
    summary: 'Link a notebook to a product, analysis, repository or use case.',
    description: 'A target that is not in the space is a 400 that names `target_id`.',
    needs: { scope: 'write', permission: "`can_edit` over the notebook's repository" },
    body: createLinkBody,
    document: CreateNotebookLinkDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('notebook_id'),
      input: { targetType: body.target_type, targetId: body.target_id },
    }),
    responds: { kind: 'created', at: 'createNotebookLink' },
    errors: ['already_exists', 'workspace_archived'],
    repeats: 'createNotebookLink',
  }),
  route({
    operationId: 'deleteNotebookLink',
    tag,
    method: 'delete',
    path: '/documents/:notebook_id/links/:link_id',
    summary: 'Delete a link of a notebook.',
    description: 'A link that was deleted before is a 404.',
    needs: { scope: 'write', permission: "`can_edit` over the notebook's repository" },
    document: DeleteNotebookLinkDocument,
    variables: ({ space, param }) => ({ space, id: param('notebook_id'), linkId: param('link_id') }),
    responds: { kind: 'done' },
    errors: ['workspace_archived'],
  }),
  route({
    operationId: 'listNotebookVersions',
    tag,
    method: 'get',
    path: '/documents/:notebook_id/versions',
    summary: 'List the versions of a notebook on a branch, newest first.',
    description:
      'Each version is a commit that changed the notebook, also one that a Git client pushed. Versions follow renames.',
    needs: { scope: 'read', permission: "`can_view` over the notebook's repository" },
    query: listVersionsQuery,
    document: ListNotebookVersionsDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('notebook_id'),
      branch: query.branch,
      ...offsetOf(query),
    }),
    responds: { kind: 'page', at: 'space.document.versions' },
    errors: ['invalid_ref', 'payload_too_large'],
  }),
  route({
    operationId: 'restoreNotebookVersion',
    tag,
    method: 'post',
    path: '/documents/:notebook_id/versions/:version_id/restore',
    summary: 'Restore a version of a notebook with a new commit.',
    description:
      'The notebook gets the bytes of the version, on the branch of the version, at the path that it has now there. The ' +
      'body may be absent. A version that has the same bytes as the notebook makes no commit.',
    needs: {
      scope: 'write',
      permission:
        "`can_edit` over the notebook's repository; on a protected branch only space admins may write",
    },
    body: restoreVersionBody,
    isBodyOptional: true,
    document: RestoreNotebookVersionDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('notebook_id'),
      input: {
        versionId: param('version_id'),
        baseSha: body.base_sha,
        commitMessage: body.commit_message,
      },
    }),
    responds: { kind: 'saved', at: 'restoreNotebookVersion', status: 200 },
    errors: ['branch_protected', 'workspace_archived', 'base_sha_conflict', 'unreadable_file'],
    repeats: 'restoreNotebookVersion',
  }),
];
