import { DomainError } from '../../../errors.js';
import { boundedBody } from '../../../validation/bounded-body.js';
import { drained } from '../native/drained.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { allEnded } from './all-ended.js';
import { hiddenRefs } from './hidden-refs.js';
import type { Transfer } from './transfer.js';

/** One request of a clone or fetch. Its body should be here already, so that no slow client keeps a Git process waiting. */
export interface UploadRequest extends Transfer {
  /** The header `Git-Protocol`, if any. */
  protocol: string | undefined;
}

/** The maximum size of a request, compressed and inflated: some hundred thousand wants and haves. */
export const maxFetchBytes = 16 * 1024 * 1024;
const advertisementTimeoutMs = 60_000;

/**
 * Partial clones ask for the blobs that they left out by their ids. Version 2 of the protocol always allows it, so the
 * older versions do too: every object of a repository is as private as the repository.
 */
const config = {
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
  return native.run(args, { config, env: protocolEnv(protocol), timeoutMs: advertisementTimeoutMs });
}

/**
 * Answers one request of a clone or fetch, streamed both ways; stopped by the signal of the watchdog.
 * @throws DomainError `payload_too_large`, `invalid_request` when Git prints nothing; NativeGitError when it was killed
 * @see https://git-scm.com/docs/gitprotocol-http
 */
export async function uploadPack(native: NativeGit, gitdir: string, request: UploadRequest): Promise<void> {
  const { input, output, watchdog } = request;
  // What it waited before this is not the fault of Git.
  watchdog.touch(0);
  const git = native.start(['upload-pack', '--stateless-rpc', '--strict', gitdir], {
    config,
    env: protocolEnv(request.protocol),
    signal: watchdog.signal,
  });
  let answered = false;
  async function answer() {
    for await (const chunk of git.stdout) {
      answered = true;
      watchdog.touch(chunk.length);
      if (output.write(chunk)) continue;
      watchdog.wait();
      await drained(output, watchdog.signal);
      watchdog.touch(0);
    }
  }
  const body = boundedBody(input, maxFetchBytes, 'A fetch may send at most 16 MiB.');
  const [code] = await allEnded([git.exited, git.writeInput(body), answer()]);
  // With any other exit code Git has given its client the reason in the stream.
  if (code === null) throw new NativeGitError('upload-pack', code, git.errorOutput);
  if (code !== 0 && !answered) {
    throw new DomainError('invalid_request', 'This is not a request as Git clients send it.', {
      cause: git.errorOutput,
    });
  }
}

function protocolEnv(protocol: string | undefined): Record<string, string> {
  return protocol ? { GIT_PROTOCOL: protocol } : {};
}
