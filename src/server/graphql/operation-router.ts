import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  print,
  validate,
} from 'graphql';
import type { Context } from '../../../schema/builder.js';
import type { Services } from '../../../schema/services.js';
import type { RequestContext } from '../../context.js';
import { rememberExecution, rememberedExecutions } from '../../executions/read-execution.js';
import { decodeAnswer, type ForwardedResult } from '../../runtime/forwarded-answer.js';
import type { ForwardedRequest } from '../../runtime/forwarded-request.js';
import type { OperationForwarder } from '../../runtime/operation-forwarder.js';
import type { RuntimeOwnership } from '../../runtime/runtime-ownership.js';
import { needsRuntime } from './needs-runtime.js';

/** What an {@link OperationRouter} works with. */
export interface OperationRouterDeps {
  schema: GraphQLSchema;
  services: Services;
  ownership: RuntimeOwnership;
  forwarder: OperationForwarder;
}

/**
 * Executes queries and mutations of every transport: here, or, where they need the runtime and another gateway owns it,
 * there. The result is the same.
 */
export class OperationRouter {
  readonly #deps: OperationRouterDeps;

  constructor(deps: OperationRouterDeps) {
    this.#deps = deps;
  }

  /** Executes an operation that was validated. Its context value has the members of {@link Context}. */
  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const { ownership, schema } = this.#deps;
    if (ownership.isOwner || !needsRuntime(schema, args.document)) return execute(args);
    try {
      return await this.#forward(args);
    } catch (error) {
      return { errors: [asGraphQLError(error)] };
    }
  }

  /** Executes what another gateway has forwarded. */
  async executeForwarded(request: ForwardedRequest): Promise<ForwardedResult> {
    const { schema, services } = this.#deps;
    const { operationName, variables: variableValues, actor, requestId } = request;
    const document = parse(request.document);
    // That gateway may have another version.
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const ctx: RequestContext = { actor, requestId, spaces: new Map() };
    const contextValue: Context = { ctx, services };
    const result = await execute({ schema, document, operationName, variableValues, contextValue });
    return { ...result, executions: rememberedExecutions(ctx) };
  }

  async #forward({
    document,
    operationName,
    variableValues,
    contextValue,
  }: ExecutionArgs): Promise<ExecutionResult> {
    const { ctx } = contextValue as Context;
    const { actor, requestId } = ctx;
    const source = document.loc?.source;
    const request: ForwardedRequest = {
      document: source?.body ?? print(document),
      operationName: operationName ?? undefined,
      variables: variableValues ?? {},
      ...{ actor, requestId },
    };
    const answer = decodeAnswer(await this.#deps.forwarder.forward(request, ctx.left), source);
    const { executions = [], ...result } = answer;
    for (const one of executions) rememberExecution(ctx, one);
    return result;
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
