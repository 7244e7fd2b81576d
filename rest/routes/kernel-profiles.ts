import { ListKernelProfilesDocument } from '../generated/operations.js';
import { pageQuery } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

/** The route of the kernels that workers may be started for. */
export const kernelProfileRoutes: RestRoute[] = [
  route({
    operationId: 'listKernelProfiles',
    tag: 'Kernels',
    method: 'get',
    path: '/kernel-profiles',
    summary: 'List the kernel profiles and whether they are available, newest first.',
    description:
      'A profile names a Jupyter kernel and what runs it. `unavailable_reason` says why a profile cannot be started now.',
    needs: { scope: 'read', permission: 'membership of the space' },
    query: pageQuery(20, 100),
    document: ListKernelProfilesDocument,
    variables: ({ space }) => ({ space }),
    responds: { kind: 'slice', at: 'space.kernelProfiles' },
  }),
];
