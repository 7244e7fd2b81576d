import {
  CreateNotebookLinkDocument,
  DeleteNotebookLinkDocument,
  ListNotebookLinksDocument,
  ListNotebookVersionsDocument,
} from '../generated/operations.js';
import { createLinkBody, listVersionsQuery } from '../payloads/documents.js';
import { offsetOf, pageQuery } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

export const documentRoutes: RestRoute[] = [
  route({
    method: 'get',
    path: '/documents/:notebook_id/links',
    summary: 'List the links of a notebook, newest first.',
    query: pageQuery(20, 100),
    document: ListNotebookLinksDocument,
    variables: ({ space, param, query }) => ({ space, id: param('notebook_id'), ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.document.links' },
  }),
  route({
    method: 'post',
    path: '/documents/:notebook_id/links',
    summary: 'Link a notebook to a product, analysis, repository or use case.',
    body: createLinkBody,
    document: CreateNotebookLinkDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('notebook_id'),
      input: { targetType: body.target_type, targetId: body.target_id },
    }),
    responds: { kind: 'created', at: 'createNotebookLink' },
    errors: ['already_exists', 'workspace_archived'],
  }),
  route({
    method: 'delete',
    path: '/documents/:notebook_id/links/:link_id',
    summary: 'Delete a link of a notebook.',
    document: DeleteNotebookLinkDocument,
    variables: ({ space, param }) => ({ space, id: param('notebook_id'), linkId: param('link_id') }),
    responds: { kind: 'done' },
    errors: ['workspace_archived'],
  }),
  route({
    method: 'get',
    path: '/documents/:notebook_id/versions',
    summary: 'List the saved versions of a notebook, newest first.',
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
];
