import { type ApiFault, graphqlFault } from './api-error.js';
import type { StreamSink, Transport, TransportOptions } from './transport.js';

/** The clients of both protocols subscribe in the same way. */
interface ProtocolClient {
  subscribe<Data>(
    operation: { query: string; variables: Record<string, unknown> },
    sink: {
      next(result: { data?: Data | null; errors?: readonly Parameters<typeof graphqlFault>[0][] }): void;
      error(error: unknown): void;
      complete(): void;
    },
  ): () => void;
}

/** How a connection ends. */
interface ConnectionEnd extends Pick<TransportOptions, 'onLost'> {
  /** Why the gateway refused a subscription or the token; null where the connection broke. */
  faultOf(error: unknown): ApiFault | null;
  wasConnected(): boolean;
  isDisposed(): boolean;
}

/** The subscriptions of a {@link Transport} over the client of its protocol. */
export function subscribeOver(client: ProtocolClient, end: ConnectionEnd): Transport['subscribe'] {
  return <Data>(query: string, variables: Record<string, unknown>, sink: StreamSink<Data>) =>
    client.subscribe<Data>(
      { query, variables },
      {
        next({ data, errors }) {
          if (errors?.[0]) sink.refused(graphqlFault(errors[0]));
          else if (data) sink.next(data);
        },
        error(error) {
          const fault = end.faultOf(error);
          if (fault) return sink.refused(fault);
          if (!end.isDisposed()) end.onLost(end.wasConnected());
          sink.broken();
        },
        complete: () => sink.complete(),
      },
    );
}
