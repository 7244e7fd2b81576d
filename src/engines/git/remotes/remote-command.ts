import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchChecks } from '../native/fsck-severities.js';
import { type NativeCommand, type NativeGit, NativeGitError, TooMuchOutput } from '../native/native-git.js';
import { faultOf, RemoteFault, type RemoteFaultCode } from '../remote-fault.js';
import type { RemoteAccess, RemoteLimits } from './remote-access.js';

const measureEveryMs = 500;

/**
 * Runs a command that connects to a remote: only with the given scheme and address, without redirects, proxies, prompts or
 * helpers. The credentials are passed in the environment, never in arguments or files.
 * @param options.measured a repository whose packs may grow to `limits.bytes`
 * @throws RemoteFault, or the reason of `signal`
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpextraHeader
 */
export async function runRemoteCommand(
  native: NativeGit,
  access: RemoteAccess,
  args: readonly string[],
  options: NativeCommand & { limits: RemoteLimits; measured?: string; signal: AbortSignal },
): Promise<Buffer> {
  const { limits, measured, signal, ...command } = options;
  const stopped = new AbortController();
  const stop = (code: RemoteFaultCode) => stopped.abort(new RemoteFault(code));
  const clock = setTimeout(() => stop('timed_out'), limits.timeoutMs);
  const scale =
    measured &&
    setInterval(async () => {
      if ((await packBytes(measured)) > limits.bytes) stop('too_large');
    }, measureEveryMs);
  try {
    const printed = await native.run(args, {
      ...command,
      config: { ...command.config, ...settingsOf(access) },
      env: { ...command.env, ...secretsOf(access) },
      timeoutMs: 2 * limits.timeoutMs,
      signal: AbortSignal.any([signal, stopped.signal]),
    });
    if (measured && (await packBytes(measured)) > limits.bytes) throw new RemoteFault('too_large');
    return printed;
  } catch (error) {
    signal.throwIfAborted();
    stopped.signal.throwIfAborted();
    if (!(error instanceof NativeGitError)) throw error;
    if (error instanceof TooMuchOutput) throw new RemoteFault('too_large', { cause: error });
    const { command, exitCode, stderr } = error;
    const { code, subject } = faultOf(stderr);
    const cause = new NativeGitError(command, exitCode, withoutSecrets(access, stderr));
    throw new RemoteFault(code, { cause, subject });
  } finally {
    clearTimeout(clock);
    clearInterval(scale);
  }
}

function settingsOf({ url, pinned }: RemoteAccess): Record<string, string> {
  return {
    [`protocol.${new URL(url).protocol.slice(0, -1)}.allow`]: 'always',
    'http.followRedirects': 'false',
    'http.sslVerify': 'true',
    'http.proxy': '',
    // While a server counts the objects of a large repository, it sends its progress every 5 seconds.
    'http.lowSpeedLimit': '1',
    'http.lowSpeedTime': '120',
    'http.userAgent': 'git/notebook-gateway',
    'credential.helper': '',
    ...fetchChecks,
    // The remote cannot redirect Git to other servers either.
    'transfer.bundleURI': 'false',
    'fetch.uriProtocols': '',
    ...(pinned === null ? {} : { 'http.curloptResolve': pinned }),
  };
}

/** A remote may answer with the secret that it was sent, and Git prints its answer. */
function withoutSecrets({ credentials }: RemoteAccess, text: string): string {
  if (!credentials) return text;
  const { secret } = credentials;
  return [secret, encodeURIComponent(secret), basicOf(credentials)].reduce(
    (clean, one) => clean.replaceAll(one, '***'),
    text,
  );
}

function basicOf({ username, secret }: { username: string; secret: string }): string {
  return Buffer.from(`${username}:${secret}`).toString('base64');
}

function secretsOf({ credentials }: RemoteAccess): Record<string, string> {
  if (!credentials) return {};
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basicOf(credentials)}`,
  };
}

/** The bytes of the packs of a repository, including packs that are being written. */
async function packBytes(gitdir: string): Promise<number> {
  const folder = join(gitdir, 'objects/pack');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
