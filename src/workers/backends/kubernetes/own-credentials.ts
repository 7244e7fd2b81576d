import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { z } from 'zod';
import { withTimeLimit } from '../../../engines/events/with-time-limit.js';
import { killGroup } from '../external/kill-group.js';

/** A plugin may ask a server elsewhere, so it may take longer than a read of the API. */
const maxPluginMs = 15_000;
const maxOutputLength = 256 * 1024;
const maxErrorLength = 2_000;

/** The program that a kubeconfig names for a user. */
const programSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

/** The `ExecCredential` that it prints. */
const credentialSchema = z.object({
  status: z.object({
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
    expirationTimestamp: z.string().nullish(),
  }),
});

type Program = z.infer<typeof programSchema>;
type Credential = z.infer<typeof credentialSchema>['status'];

/** What the client sends a request with. */
interface RequestCredentials {
  headers?: Record<string, string>;
  cert?: string;
  key?: string;
}

/**
 * Gets the credentials of a user from the plugin that a kubeconfig names. The client's own way has no time limit, and starts
 * a process for each call that comes while another one waits. Here all calls share one process, which is killed after 15 s.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
class CredentialPlugin {
  readonly #userName: string;
  readonly #exec: unknown;
  readonly #closing = new AbortController();
  #running: Promise<Credential> | undefined;
  #last: Credential | undefined;

  /** @param exec what the kubeconfig says about the plugin */
  constructor(userName: string, exec: unknown) {
    this.#userName = userName;
    this.#exec = exec;
  }

  /** Whether the client gets the credentials of a user here. */
  isAuthProvider({ name }: Pick<User, 'name'>): boolean {
    return name === this.#userName;
  }

  /** Adds the credentials to a request. @throws Error when the plugin fails, takes over 15 s, or was closed */
  async applyAuthentication(_user: User, request: RequestCredentials): Promise<void> {
    const { token, clientCertificateData, clientKeyData } = await this.#credential();
    if (clientCertificateData) request.cert = clientCertificateData;
    if (clientKeyData) request.key = clientKeyData;
    if (token) request.headers = { ...request.headers, Authorization: `Bearer ${token}` };
  }

  /** Kills the plugin, and starts no other. */
  close(): void {
    this.#closing.abort(new Error('The backend is closed.'));
  }

  async #credential(): Promise<Credential> {
    const { expirationTimestamp } = this.#last ?? {};
    if (this.#last && Date.parse(expirationTimestamp ?? '') > Date.now()) return this.#last;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<Credential> {
    this.#closing.signal.throwIfAborted();
    const program = programSchema.parse(this.#exec);
    const output = await outputOf(program, withTimeLimit(this.#closing.signal, maxPluginMs));
    this.#last = credentialSchema.parse(JSON.parse(output)).status;
    return this.#last;
  }
}

/**
 * A configuration whose credentials come from a {@link CredentialPlugin} where the given one names a plugin.
 * @returns also what ends the plugin
 */
export function ownCredentials(config: KubeConfig): { config: KubeConfig; close: () => void } {
  const user = config.getCurrentUser();
  const exec = user?.exec ?? user?.authProvider?.config?.exec;
  if (!user || !exec) return { config, close: () => {} };
  const plugin = new CredentialPlugin(user.name, exec);
  const { clusters, contexts, currentContext } = config;
  // The client prefers what it finds in a user to what is added.
  const users = config.users.map((each) =>
    each.name === user.name ? { ...each, exec: undefined, authProvider: undefined } : each,
  );
  const owned = new KubeConfig();
  owned.loadFromOptions({ clusters, contexts, currentContext, users });
  owned.addAuthenticator(plugin);
  return { config: owned, close: () => plugin.close() };
}

/** What a program prints. Returns when it has ended. @throws Error when it fails; what `limit` was aborted with */
async function outputOf({ command, args, env }: Program, limit: AbortSignal): Promise<string> {
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(command, args ?? [], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close');
  ended.catch(() => {});
  const kill = () => end(child);
  limit.addEventListener('abort', kill, { once: true });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(0, maxOutputLength);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-maxErrorLength);
  });
  try {
    const [code] = await ended;
    limit.throwIfAborted();
    if (code === 0) return output;
    const message = `The credential plugin of the kubeconfig ended with the status ${code}.`;
    throw new Error(message, { cause: new Error(errors) });
  } finally {
    limit.removeEventListener('abort', kill);
  }
}

/** Kills a program with all that it started, and waits for no output that something else may hold open. */
function end(child: ChildProcess): void {
  killGroup(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
}
