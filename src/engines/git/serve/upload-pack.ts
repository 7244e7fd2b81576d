import type { Writable } from 'node:stream';
import { DomainError } from '../../../errors.js';
import { drained } from '../native/drained.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import type { Watchdog } from '../watchdog.js';
import { allEnded } from './all-ended.js';
import { hiddenRefs } from './hidden-refs.js';

/** Where a clone or fetch comes from and goes to. */
export interface UploadRequest {
  /** The inflated body, bounded by the caller. */
  input: AsyncIterable<Buffer>;
  output: Writable;
  /** The header `Git-Protocol`, if any. */
  protocol: string | undefined;
  watchdog: Watchdog;
}

/**
 * Partial clones ask for the blobs that they left out by their ids, which protocol version 2 always grants; so the older
 * ones do, too. All that a repository holds is as private as the repository.
 */
const uploadSettings = {
  ...hiddenRefs,
  'uploadpack.allowFilter': 'true',
  'uploadpack.allowAnySHA1InWant': 'true',
  'uploadpackfilter.sparse:oid.allow': 'false',
  'pack.threads': '1',
  'pack.windowMemory': '128m',
};

/** The refs and capabilities with which a fetch begins. */
export function advertiseUpload(native: NativeGit, gitdir: string, protocol?: string): Promise<Buffer> {
  const args = ['upload-pack', '--stateless-rpc', '--strict', '--advertise-refs', gitdir];
  return native.run(args, { config: uploadSettings, env: protocolEnv(protocol), timeoutMs: 60_000 });
}

/**
 * Answers one request of a clone or fetch, streamed both ways; killed when the watchdog says so.
 * @throws DomainError `invalid_request` when git answers nothing; NativeGitError when it was killed half-way
 * @see https://git-scm.com/docs/gitprotocol-http
 */
export async function uploadPack(native: NativeGit, gitdir: string, request: UploadRequest): Promise<void> {
  const { input, output, watchdog } = request;
  const git = native.start(['upload-pack', '--stateless-rpc', '--strict', gitdir], {
    config: uploadSettings,
    env: protocolEnv(request.protocol),
    signal: watchdog.signal,
  });
  let answered = false;
  async function* watched(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      watchdog.touch();
      yield chunk;
    }
  }
  async function answer(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of watched(chunks)) {
      answered = true;
      // A client that reads no further is waited for as long as the watchdog allows.
      if (!output.write(chunk)) await drained(output, watchdog.signal);
    }
  }
  const [code] = await allEnded([git.exited, git.writeInput(watched(input)), answer(git.stdout)]);
  // With any other exit code Git has given its client the reason in the stream.
  if (code === null) throw new NativeGitError('upload-pack', code, git.errorOutput);
  if (code !== 0 && !answered) {
    throw new DomainError('invalid_request', 'This is no request that git sends.', {
      cause: git.errorOutput,
    });
  }
}

function protocolEnv(protocol: string | undefined): Record<string, string> {
  return protocol ? { GIT_PROTOCOL: protocol } : {};
}
