import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativeGit } from '../engines/git/git-fixture.js';

/** How a server answers all requests, until this is changed. */
export type ServerMood =
  | 'well'
  /** Accepts requests and never answers. */
  | 'hang'
  /** Stops in the middle of an answer. */
  | 'stall'
  /** Answers with a web page. */
  | 'garbage'
  | 'failing'
  /** Fails with a text that repeats the received credentials. */
  | 'indiscreet'
  | { redirectTo: string };

/** An external Git server: `git http-backend` behind HTTP, with one repository and a work tree of it. */
export interface GitHttpServer {
  /** The URL of the repository, without credentials. */
  url: string;
  port: number;
  /** The bare repository that is served. */
  gitdir: string;
  mood: ServerMood;
  /** Delays every answer until it resolves. */
  gate: Promise<void>;
  /** The required credentials, `user:password`; null: none. */
  credentials: string | null;
  /** The path and headers of every request so far. */
  requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  /** Native git in the work tree. */
  git(...args: string[]): string;
  /** Commits files on a branch in the work tree and pushes it into the served repository. */
  commit(files: Record<string, string>, branch?: string): string;
  /** Commits a tree of one entry, e.g. `100644 .git`, on `main` in the served repository, unchecked. */
  commitEntry(entry: string, content: string | Buffer): string;
  /** Moves `main` in the served repository. */
  setTip(oid: string): void;
  /** The commit of a served branch; null without that branch. */
  tip(branch: string): string | null;
  close(): Promise<void>;
}

/**
 * Starts a {@link GitHttpServer} with an empty repository.
 * @param options.defaultBranch default `main`
 * @param options.host the address that it listens on; default 127.0.0.1
 */
export async function openGitHttpServer(
  options: { defaultBranch?: string; host?: string } = {},
): Promise<GitHttpServer> {
  const root = mkdtempSync(join(tmpdir(), 'git-http-'));
  const gitdir = join(root, 'repository.git');
  const work = join(root, 'work');
  const { defaultBranch = 'main', host = '127.0.0.1' } = options;
  nativeGit(['init', '--quiet', '--bare', '--initial-branch', defaultBranch, gitdir]);
  nativeGit(['--git-dir', gitdir, 'config', 'http.receivepack', 'true']);
  nativeGit(['clone', '--quiet', gitdir, work]);
  const server = createServer(async (request, response) => {
    at.requests.push({ method: request.method!, url: request.url!, headers: request.headers });
    await at.gate;
    const { mood } = at;
    if (mood === 'hang') return;
    if (mood === 'garbage') return void response.end('this is no git server');
    if (mood === 'failing') return void response.writeHead(500).end('no');
    if (mood === 'indiscreet') {
      const authorization = String(request.headers.authorization);
      const password = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
      return void response
        .writeHead(500, { 'content-type': 'text/plain' })
        .end(`${authorization} ${password}`);
    }
    if (typeof mood === 'object') {
      return void response.writeHead(302, { location: mood.redirectTo + request.url }).end();
    }
    const wanted = at.credentials && `Basic ${Buffer.from(at.credentials).toString('base64')}`;
    if (wanted && request.headers.authorization !== wanted) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    serve(root, request, response, mood === 'stall' ? stallAfter : Number.POSITIVE_INFINITY);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;

  const git = (...args: string[]) => nativeGit(args, { cwd: work });
  const at: GitHttpServer = {
    url: `http://${host}:${port}/repository.git`,
    port,
    gitdir,
    mood: 'well',
    gate: Promise.resolve(),
    credentials: null,
    requests: [],
    git,
    commit(files, branch = defaultBranch) {
      git('fetch', '--quiet', '--prune');
      const isThere = at.tip(branch) !== null;
      git('checkout', '--quiet', '-B', branch, ...(isThere ? [`origin/${branch}`] : []));
      for (const [path, text] of Object.entries(files)) {
        execFileSync('sh', ['-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', path], {
          cwd: work,
          input: text,
        });
      }
      git('add', '--all');
      git('commit', '--quiet', '--message', 'From the remote');
      git('push', '--quiet', 'origin', branch);
      return git('rev-parse', 'HEAD');
    },
    commitEntry(entry, content) {
      const served = (args: string[], input?: Buffer) => nativeGit(['--git-dir', gitdir, ...args], { input });
      const blob = served(['hash-object', '-w', '--stdin'], Buffer.from(content));
      const raw = Buffer.concat([Buffer.from(`${entry}\0`), Buffer.from(blob, 'hex')]);
      const tree = served(['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], raw);
      const parent = at.tip('main');
      const commit = served(['commit-tree', tree, ...(parent ? ['-p', parent] : []), '-m', 'An entry']);
      at.setTip(commit);
      return commit;
    },
    setTip(oid) {
      nativeGit(['--git-dir', gitdir, 'update-ref', 'refs/heads/main', oid]);
    },
    tip(branch) {
      const line = nativeGit([
        '--git-dir',
        gitdir,
        'for-each-ref',
        '--format=%(objectname)',
        `refs/heads/${branch}`,
      ]);
      return line || null;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
  return at;
}

const stallAfter = 20_000;

/** CGI, as far as `git http-backend` needs it. */
function serve(root: string, request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  const url = new URL(request.url!, 'http://127.0.0.1');
  const { 'content-type': type, 'content-length': length, 'content-encoding': encoding } = request.headers;
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      REMOTE_USER: 'someone',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: type ?? '',
      ...(length ? { CONTENT_LENGTH: length } : {}),
      HTTP_CONTENT_ENCODING: encoding ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  response.once('close', () => child.kill());
  let head = Buffer.alloc(0);
  const onHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    child.stdout.off('data', onHead);
    for (const line of head.subarray(0, end).toString().split('\r\n')) {
      const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()];
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    let sent = 0;
    child.stdout.on('data', (more: Buffer) => {
      sent += more.length;
      if (sent <= maxBytes) response.write(more);
    });
    child.stdout.once('end', () => sent <= maxBytes && response.end());
  };
  child.stdout.on('data', onHead);
}
