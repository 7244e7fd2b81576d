import { createdAnswer, doneAnswer, pageAnswer } from '../answers.js';
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
    query: pageQuery(20, 100),
    document: ListNotebookLinksDocument,
    variables: ({ space, param, query }) => ({ space, id: param('notebook_id'), ...offsetOf(query) }),
    respond: (data, { query }) => pageAnswer(data.space.document.links, query),
  }),
  route({
    method: 'post',
    path: '/documents/:notebook_id/links',
    body: createLinkBody,
    document: CreateNotebookLinkDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('notebook_id'),
      input: { targetType: body.target_type, targetId: body.target_id },
    }),
    respond: (data) => createdAnswer(data.createNotebookLink),
  }),
  route({
    method: 'delete',
    path: '/documents/:notebook_id/links/:link_id',
    document: DeleteNotebookLinkDocument,
    variables: ({ space, param }) => ({ space, id: param('notebook_id'), linkId: param('link_id') }),
    respond: doneAnswer,
  }),
  route({
    method: 'get',
    path: '/documents/:notebook_id/versions',
    query: listVersionsQuery,
    document: ListNotebookVersionsDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('notebook_id'),
      branch: query.branch,
      ...offsetOf(query),
    }),
    respond: (data, { query }) => pageAnswer(data.space.document.versions, query),
  }),
];
