import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy to a PostgreSQL server that listens at a port of this machine, and loses what is sent. */
export interface LossyProxy {
  port: number;
  /**
   * Loses the answer of the next statement whose text matches: its connection is cut when the server has executed it, in a
   * transaction when it has executed its COMMIT. The open connections are cut before, as the text of a statement is sent once
   * on each.
   * @returns whether it was lost
   */
  loseAnswer(statement: RegExp): () => boolean;
  /** Does the same with the statement itself, which the server does not get. */
  loseStatement(statement: RegExp): () => boolean;
  /** Ends all its connections. */
  close(): Promise<void>;
}

interface Loss {
  statement: RegExp;
  isExecuted: boolean;
  isDone: boolean;
}

/** Opens a {@link LossyProxy} to a port of this machine. */
export async function openLossyProxy(targetPort: number): Promise<LossyProxy> {
  const ends = new Set<() => void>();
  let loss: Loss | undefined;
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    const end = () => {
      client.resetAndDestroy();
      target.destroy();
      ends.delete(end);
    };
    ends.add(end);
    for (const socket of [client, target]) socket.on('error', () => {}).on('close', end);
    relay(client, target, () => loss, end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const end of ends) end();
  };
  const lose = (statement: RegExp, isExecuted: boolean) => {
    cut();
    const own = { statement, isExecuted, isDone: false };
    loss = own;
    return () => own.isDone;
  };
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswer: (statement) => lose(statement, true),
    loseStatement: (statement) => lose(statement, false),
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

function relay(client: Socket, target: Socket, current: () => Loss | undefined, end: () => void): void {
  let isInTransaction = false;
  let found: Loss | undefined;
  let isLosing = false;
  client.on('data', (bytes) => {
    const text = bytes.toString('latin1');
    if (/\bBEGIN\b/.test(text)) isInTransaction = true;
    const loss = current();
    if (loss && !loss.isDone && loss.statement.test(text)) found = loss;
    const isEnd = /\bCOMMIT\b/.test(text);
    if (found && (isEnd || !isInTransaction || !found.isExecuted)) {
      found.isDone = true;
      isLosing = true;
      if (!found.isExecuted) return end();
    }
    if (isEnd || /\bROLLBACK\b/.test(text)) isInTransaction = false;
    target.write(bytes);
  });
  target.on('data', (bytes) => {
    if (isLosing) end();
    else client.write(bytes);
  });
}
