import { isDeprecated } from '../deprecation.js';
import type { RouteDescription } from '../route-description.js';
import { meaningsOf } from './code-meanings.js';
import type { DataSchemas } from './data-schemas.js';
import { describeErrors, errorsByStatus } from './describe-errors.js';
import { describeParameters } from './describe-parameters.js';
import { SuccessDescriber } from './describe-success.js';
import { examplesOf } from './examples/examples.js';
import { inputSchema } from './input-schema.js';
import type { Components, JsonSchema } from './json-schema.js';
import type { OperationExample } from './operation-example.js';

/**
 * Describes one operation.
 * @param document.components gets the named schemas
 * @param document.errors gets the shared responses
 */
export function describeOperation(
  route: RouteDescription,
  document: { data: DataSchemas; components: Components; errors: Map<string, JsonSchema> },
): JsonSchema {
  const { data, components, errors } = document;
  const examples = examplesOf(route.operationId);
  const [example] = examples;
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: descriptionOf(route),
    ...(isDeprecated(route) ? { deprecated: true } : {}),
    parameters: describeParameters(route, example),
    ...(route.takesBytes ? { requestBody: bytesBody } : {}),
    ...(route.body ? { requestBody: requestBody(route, example) } : {}),
    responses: {
      ...new SuccessDescriber({ route, data, components, examples }).describe(),
      ...describeErrors(route, errors),
    },
  };
}

/** What it does, what it needs, and what a conflict means here. */
function descriptionOf(route: RouteDescription): string {
  const { scope, permission } = route.needs;
  const conflicts = errorsByStatus(route).get(409);
  return [
    route.description,
    `Needs the scope \`${scope}\` and ${permission}.`,
    ...(conflicts ? [`A 409 means:\n\n${meaningsOf(conflicts)}`] : []),
  ].join('\n\n');
}

const bytesBody = {
  required: true,
  description: 'The bytes of the file.',
  content: { '*/*': { schema: {} } },
};

function requestBody(
  { body, isBodyOptional = false }: RouteDescription,
  { body: example }: OperationExample,
): JsonSchema {
  return {
    required: !isBodyOptional,
    content: { 'application/json': { schema: inputSchema(body!), example } },
  };
}
