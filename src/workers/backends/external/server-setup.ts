import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { WorkerSpec } from '../../worker-spec.js';
import type { LaunchPlan, Sandbox } from './launcher-program.js';
import { workerProgram } from './worker-program.js';

/** The absolute paths where a worker's Jupyter server keeps its files, all below the worker's state folder. */
export interface ServerFolders {
  /** Contains all that the server reads and writes; its kernels may do so too. */
  root: string;
  home: string;
  runtime: string;
  config: string;
  data: string;
  ipython: string;
  /** The file with the server's settings. */
  settings: string;
  /** The program of the relay. */
  relay: string;
  /** What the server prints; not below `root`. */
  log: string;
}

/** The server refuses larger messages of a client, e.g. the code of a cell. */
const maxMessageBytes = 512 * 1024 * 1024;

/** How often the server looks whether its kernels live, in seconds. */
const secondsToDead = 1;

/**
 * The Python program that runs the server with the settings of one file, given as its argument, and no others. It
 * loads the relay from another file; a Jupyter Server that is too old for it runs without one. It
 * blocks the import of `rfc3987_syntax`, which takes 2 to 3 s to load and only checks the format of addresses in event
 * schemas; without it the format is not checked. It removes the token from the environment, because kernels inherit
 * that.
 */
export const serverProgram = `
import importlib.util, json, os, sys
sys.modules['rfc3987_syntax'] = None
from jupyter_core import paths
paths.SYSTEM_CONFIG_PATH.clear()
paths.ENV_CONFIG_PATH.clear()
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config
with open(sys.argv[1], encoding='utf-8') as file:
    config = Config(json.load(file))
config.IdentityProvider.token = os.environ.pop('JUPYTER_TOKEN')
try:
    spec = importlib.util.spec_from_file_location('gateway_relay', sys.argv[2])
    relay = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(relay)
except ImportError as error:
    print('There is no relay:', error, file=sys.stderr, flush=True)
else:
    sys.modules['gateway_relay'] = relay
    config.ServerApp.jpserver_extensions['gateway_relay'] = True
    config.ServerApp.kernel_manager_class = relay.RelayedKernelManager
ServerApp.launch_instance(argv=[], config=config)
`;

const logName = 'jupyter.log';

/** The log of the server with this runtime folder. */
export function logOf(runtimeDirectory: string): string {
  return join(runtimeDirectory, '..', '..', logName);
}

/** The paths of a worker's server. They need not exist yet. */
export function serverFolders(stateDirectory: string): ServerFolders {
  const root = join(stateDirectory, 'server');
  const below = (name: string) => join(root, name);
  return {
    root,
    home: below('home'),
    runtime: below('runtime'),
    config: below('config'),
    data: below('data'),
    ipython: below('ipython'),
    settings: below('jupyter_server.json'),
    relay: below('gateway_relay.py'),
    log: join(stateDirectory, logName),
  };
}

/**
 * Creates the folders and writes the settings of a server whose root is `filesDirectory`.
 * @see https://jupyter-server.readthedocs.io/en/latest/other/full-config.html
 */
export async function writeServerSetup(folders: ServerFolders, filesDirectory: string): Promise<void> {
  for (const folder of [folders.home, folders.runtime, folders.config, folders.data, folders.ipython]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const settings = {
    ServerApp: {
      root_dir: filesDirectory,
      ip: '127.0.0.1',
      port: 0,
      open_browser: false,
      allow_root: true,
      jpserver_extensions: { jupyter_server_terminals: false },
      tornado_settings: { websocket_max_message_size: maxMessageBytes },
    },
    ZMQChannelsWebsocketConnection: { limit_rate: false },
    // Workers share the loopback addresses, and whoever connects to a kernel could read its output.
    KernelManager: { transport_encryption: 'auto' },
    // Jupyter would hand a cell that the dead kernel did not take to its successor. The gateway starts that itself.
    KernelRestarter: { restart_limit: 0, time_to_dead: secondsToDead },
    // On the disk: the folder for temporary files may be in memory.
    RelayedKernelManager: { spool_directory: folders.runtime },
  };
  await writeFile(folders.settings, JSON.stringify(settings), { mode: 0o600 });
  await writeFile(folders.relay, await readFile(workerProgram('gateway_relay.py')), { mode: 0o600 });
}

/**
 * The whole environment of a server and its kernels. Of the gateway's own it contains PATH and LANG only.
 * @param profile.environment its variables; none of them replaces one of the server's own, but LANG
 * @param profile.warmImports the checked names of the Python modules that each IPython kernel imports
 * @param site absolute path of a folder of Python modules for the kernels only: the server does not read PYTHONPATH
 */
function serverEnvironment(
  folders: ServerFolders,
  python: string,
  token: string,
  profile: Pick<WorkerSpec['profile'], 'environment' | 'warmImports'>,
  site?: string,
): Record<string, string> {
  return {
    LANG: process.env.LANG ?? 'C.UTF-8',
    ...profile.environment,
    PATH: [dirname(python), site && join(site, 'bin'), process.env.PATH].filter(Boolean).join(delimiter),
    ...(site === undefined ? {} : { PYTHONPATH: site }),
    HOME: folders.home,
    JUPYTER_TOKEN: token,
    JUPYTER_CONFIG_DIR: folders.config,
    JUPYTER_DATA_DIR: folders.data,
    JUPYTER_RUNTIME_DIR: folders.runtime,
    IPYTHONDIR: folders.ipython,
    WORKER_WARM_IMPORTS: profile.warmImports.join(','),
  };
}

/**
 * How the server of a worker is launched.
 * @param python the absolute path of the interpreter
 * @param of.site the folder of the packages of its kernels; undefined for none
 * @param of.token the server's own
 */
export function serverPlan(
  python: string,
  sandbox: Sandbox,
  of: {
    folders: ServerFolders;
    site: string | undefined;
    token: string;
    spec: Pick<WorkerSpec, 'filesDirectory' | 'profile'>;
  },
): LaunchPlan {
  const { folders, site, token, spec } = of;
  return {
    ...sandbox,
    command: [python, '-I', '-c', serverProgram, folders.settings, folders.relay],
    environment: serverEnvironment(folders, python, token, spec.profile, site),
    directory: folders.root,
    own: [spec.filesDirectory, folders.root],
    readable: site === undefined ? [] : [site],
  };
}
