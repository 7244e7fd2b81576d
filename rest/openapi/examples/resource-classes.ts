import type { OperationExample } from '../operation-example.js';

/** The class of the workers in the examples. */
export const resourceClass = {
  id: 'standard',
  name: 'Standard',
  cpu_limit: 2,
  memory_mb: 4096,
  gpu_count: 0,
  workspace_storage_mb: 10240,
  tmp_storage_mb: 2048,
  is_enabled: true,
  is_default: true,
};

/** The example of the list of resource classes. */
export const resourceClassExamples: Record<string, OperationExample> = {
  listWorkerResourceClasses: {
    query: { size: '1' },
    status: 200,
    answer: { items: [resourceClass], total: 1, page: 1, size: 1 },
  },
};
