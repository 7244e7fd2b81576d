import type { OperationExample } from '../operation-example.js';

const profile = {
  id: 'python3',
  display_name: 'Python 3',
  language: 'python',
  kernel_name: 'python3',
  runtime: 'local',
  is_default: true,
  is_available: true,
  unavailable_reason: null,
};

/** The example of the list of kernel profiles. */
export const kernelProfileExamples: Record<string, OperationExample> = {
  listKernelProfiles: { status: 200, answer: { items: [profile], total: 1, page: 1, size: 20 } },
};
