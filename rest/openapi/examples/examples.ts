import type { OperationExample } from '../operation-example.js';

const examples: Record<string, OperationExample> = {};

/** The example of an operation. */
export function exampleOf(operationId: string): OperationExample {
  return examples[operationId] ?? { status: 200 };
}
