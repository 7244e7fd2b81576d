import { ListResourceClassesDocument } from '../generated/operations.js';
import { pageQuery } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

/** The route of the sizes that workers may have. */
export const resourceClassRoutes: RestRoute[] = [
  route({
    operationId: 'listWorkerResourceClasses',
    tag: 'Kernels',
    method: 'get',
    path: '/worker-resource-classes',
    summary: 'List the enabled resource classes of workers, newest first.',
    description: 'A class is the CPU, memory, GPU and storage that a worker gets.',
    needs: { scope: 'read', permission: 'membership of the space' },
    query: pageQuery(20, 100),
    document: ListResourceClassesDocument,
    variables: ({ space }) => ({ space }),
    responds: { kind: 'slice', at: 'space.workerResourceClasses' },
  }),
];
