import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SpawnedGateway, spawnGatewayProcess } from '../support/gateway-process.js';

/** What the server answered. */
export interface Answer {
  status: number;
  text: string;
  json: any;
}

/** A gateway that is killed again and again, and always started on the same folder. */
export interface KilledServer {
  dataDir: string;
  /** Where it listens; absent while it is down. */
  url(): string | undefined;
  token(): string;
  /** A workspace of each repository, and the repository's name. */
  workspaces: Map<string, string>;
  names: Map<string, string>;
  /** How long each start took that was not cut short, in ms. */
  starts: number[];
  /** Spawns it and does not wait. */
  spawn(): void;
  /** Waits until it listens. @throws when a start after a kill does not work */
  listening(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Sends a request and waits for the whole answer. @throws CutOff when the server is down or goes down meanwhile */
  request(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** Called for each request that may change something, and for each 2xx answer to one. */
  onRequest: () => void;
  onSuccess: () => void;
  /** Called for each push over HTTP that succeeded. */
  onPush: () => void;
  /** What it logged at level error. */
  errors: string[];
}

/** A request without an answer: nobody knows whether it was done. */
export class CutOff extends Error {}

/** Without a local Jupyter, whose set-up has nothing to do with saves. */
const env = { JUPYTER_URL: 'http://127.0.0.1:9', JUPYTER_TOKEN: 'none' };

/** Makes a {@link KilledServer}; it is not spawned yet. */
export function createKilledServer(dataDir: string): KilledServer {
  let process: SpawnedGateway | undefined;
  let url: string | undefined;
  let token = '';
  let spawnedAt = 0;

  const server: KilledServer = {
    dataDir,
    url: () => url,
    token: () => token,
    workspaces: new Map(),
    names: new Map(),
    starts: [],
    errors: [],
    onRequest: () => {},
    onSuccess: () => {},
    onPush: () => {},
    spawn() {
      spawnedAt = performance.now();
      process = spawnGatewayProcess(dataDir, env);
    },
    async listening() {
      url = await process!.listening;
      server.starts.push(performance.now() - spawnedAt);
      token ||= (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
    },
    async kill() {
      url = undefined;
      await process!.kill('SIGKILL');
      server.errors.push(...process!.output().split('\n').filter(isError));
    },
    async request(method, path, body, headers = {}) {
      if (!url) throw new CutOff('the server is down');
      if (method !== 'GET') server.onRequest();
      const sent = fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: body && JSON.stringify(body),
      });
      const { response, text } = await sent
        .then(async (response) => ({ response, text: await response.text() }))
        .catch((cause) => {
          throw new CutOff('the connection ended', { cause });
        });
      if (response.ok && method !== 'GET') server.onSuccess();
      const isJson = response.headers.get('content-type')?.includes('json');
      return { status: response.status, text, json: isJson ? JSON.parse(text) : null };
    },
  };
  return server;
}

function isError(line: string): boolean {
  return /^\{"level":[56]0/.test(line);
}

/** The base path of the demo's space. */
export const api = '/api/v1.0/engagement/spaces/demo/notebooks';

/** Runs a GraphQL operation. @throws CutOff; Error when it is answered with errors */
export async function graphql(server: KilledServer, query: string, variables: object): Promise<any> {
  const answer = await server.request('POST', '/graphql', { query, variables });
  if (answer.status !== 200 || answer.json.errors) throw new Error(answer.text);
  return answer.json.data;
}
