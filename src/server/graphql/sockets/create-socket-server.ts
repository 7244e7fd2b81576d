import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { type ConnectionInitMessage, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Context } from '../../../../schema/builder.js';
import type { Services } from '../../../../schema/services.js';
import { DomainError } from '../../../errors.js';
import type { GatewayMetrics } from '../../../metrics/gateway-metrics.js';
import type { ClientDocuments } from '../documents/client-documents.js';
import { maskError } from '../mask-error.js';
import { plainVariables } from '../number-tokens/plain-variables.js';
import { operationFields } from '../operation-fields.js';
import type { OperationRouter } from '../operation-router.js';
import { resultBytes } from '../result-bytes.js';
import { subscribeToEnd } from '../subscribe-to-end.js';
import { refusedVariables } from '../variable-error.js';
import type { ClientSocket } from './client-socket.js';

/** What {@link createSocketServer} uses. */
export interface SocketServerDeps {
  schema: GraphQLSchema;
  router: OperationRouter;
  documents: ClientDocuments;
  services: Services;
  metrics: Pick<GatewayMetrics, 'socketOperation'>;
  log: Logger;
}

/** A client that opens a socket and does not say who it is loses it. */
const initWaitMs = 10_000;

/**
 * Executes the operations of sockets with the checks of the other transports.
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function createSocketServer(deps: SocketServerDeps): Server<ClientSocket> {
  const { router, log } = deps;
  return makeServer<ConnectionInitMessage['payload'], ClientSocket>({
    connectionInitWaitTimeout: initWaitMs,
    onConnect: ({ connectionParams, extra }) => extra.authenticate(connectionParams),
    onSubscribe: ({ extra }, id, payload) => prepare(deps, extra, id, payload),
    execute: (args: ExecutionArgs) => refusedVariables(args) ?? router.execute(args),
    subscribe: (args: ExecutionArgs) =>
      refusedVariables(args) ?? subscribeToEnd(args, log, contextOf(args).left),
    onNext: ({ extra }, _id, _payload, args, result) => hold(deps, extra, args, result as ExecutionResult),
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => maskError(error, log, extra.requestId).toJSON()),
  });
}

/** @throws DomainError where too much waits to be sent: then a subscription ends, and any other operation has this error */
async function hold(
  { log }: SocketServerDeps,
  socket: ClientSocket,
  args: ExecutionArgs,
  result: ExecutionResult,
): Promise<FormattedExecutionResult> {
  const { requestId } = contextOf(args);
  const bytes = await resultBytes(result, log, requestId);
  try {
    return socket.hold(bytes);
  } catch (error) {
    if (getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.SUBSCRIPTION)
      throw error;
    return { errors: [maskError(error, log, requestId).toJSON()] };
  }
}

function contextOf({ contextValue }: ExecutionArgs): Context['ctx'] {
  return (contextValue as Context).ctx;
}

/** What is executed, or the errors of an operation that is refused. @throws DomainError where the socket is to be closed */
async function prepare(
  { schema, documents, services, metrics, log }: SocketServerDeps,
  socket: ClientSocket,
  id: string,
  payload: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  let requestId = socket.requestId;
  try {
    socket.charge('operation');
    const ctx = await socket.contextOf(id);
    requestId = ctx.requestId;
    const { query, operationName, variables } = payload;
    const document = documents.parse(query);
    const errors = documents.validate(document);
    if (errors.length > 0) return errors.map((error) => maskError(error, log, requestId));
    const cost = documents.check({ document, operationName, variableValues: variables });
    socket.charge({ cost });
    metrics.socketOperation(operationFields(document, operationName) ?? 'unknown');
    return {
      schema,
      document,
      operationName,
      variableValues: plainVariables(schema, document, operationName, variables),
      contextValue: { ctx, services } satisfies Context,
    };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unauthenticated') throw error;
    return [maskError(error, log, requestId)];
  }
}
