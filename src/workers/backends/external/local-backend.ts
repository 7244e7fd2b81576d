import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../../../errors.js';
import type {
  BackendInventory,
  FileOwner,
  ResourceUsage,
  RunningServers,
  WorkerBackend,
} from '../../backend.js';
import { endedUnwatched, type WorkerExit } from '../../worker-exit.js';
import type { WorkerProfile, WorkerSpec } from '../../worker-spec.js';
import { giveFolder } from '../environments/give-folder.js';
import { RunningStarts } from '../running-starts.js';
import { StartSlots } from '../start-slots.js';
import { createSandbox } from './create-sandbox.js';
import { Heartbeat } from './heartbeat.js';
import { type Isolation, probeIsolation } from './isolation.js';
import { KernelNames } from './kernel-names.js';
import { writeKernelStartup } from './kernel-startup.js';
import { type PreparedLaunch, type ServerProcess, spawnServer, untilAnswering } from './launch-server.js';
import type { LocalBackendOptions } from './local-backend-options.js';
import { localEndpoint } from './local-endpoint.js';
import { LocalPackages } from './local-packages.js';
import { ProcessUsage } from './process-usage.js';
import { readKernelNames } from './read-kernel-names.js';
import { readServerLog } from './read-server-log.js';
import { endServer, identifyProcess, isRunning } from './server-process.js';
import { notRunning, type ServerRecord, ServerRecords } from './server-records.js';
import { logOf, type ServerFolders, serverFolders, serverPlan, writeServerSetup } from './server-setup.js';
import { watchAnswers } from './watch-answers.js';
import { WorkerUsers } from './worker-user.js';
import { WorkerWatch } from './worker-watch.js';

const defaultOrphanMs = 24 * 60 * 60_000;
const watchPeriodMs = 1_000;
/** While a server answers, only every so many checks of its process probe it. */
const checksPerProbe = 5;
/** Setting Python up takes longer than this and is no failure, so a caller does not wait for it. */
const pythonGraceMs = 500;

/**
 * Runs each worker as a Jupyter server on this machine, isolated as well as the machine allows. The servers outlive the
 * gateway; a record of each is kept in `stateRoot`.
 */
export class LocalBackend implements WorkerBackend {
  readonly kind = 'external';
  readonly ownsServers = true;
  readonly installsRequirements: boolean;
  readonly #packages: LocalPackages | undefined;
  readonly #records: ServerRecords;
  readonly #heartbeat: Heartbeat;
  readonly #watch = new WorkerWatch(watchPeriodMs);
  readonly #users = new WorkerUsers();
  #probed: Promise<Isolation> | undefined;
  readonly #kernels: KernelNames;
  readonly #usage = new ProcessUsage();
  readonly #slots = new StartSlots();
  readonly #starts = new RunningStarts();

  readonly #options: LocalBackendOptions;

  constructor(options: LocalBackendOptions) {
    this.#options = options;
    this.#records = new ServerRecords(options.stateRoot);
    this.#heartbeat = new Heartbeat(
      join(options.stateRoot, 'heartbeat'),
      options.orphanMs ?? defaultOrphanMs,
    );
    const { environmentsDirectory: directory, log = pino({ level: 'silent' }), mayCreate } = options;
    this.installsRequirements = directory !== undefined;
    const isRunning = async (workerId: string) =>
      this.#starts.has(workerId) || (await this.#records.read(workerId)) !== undefined;
    this.#packages =
      directory === undefined ? undefined : new LocalPackages({ directory, isRunning, log, mayCreate });
    this.#kernels = new KernelNames(async () => readKernelNames((await options.python()).python));
  }

  enforcesStorage(): boolean {
    return false;
  }

  ownerOf(workerId: string): FileOwner | undefined {
    return this.#users.ownerOf(workerId);
  }

  async unavailableReason(profile?: WorkerProfile): Promise<string | null> {
    const grace = AbortSignal.timeout(pythonGraceMs);
    try {
      await rejectOnAbort(this.#options.python(), grace);
      return profile ? await this.#kernels.unavailableReason(profile.kernelName) : null;
    } catch (error) {
      if (error === grace.reason) return null;
      return error instanceof DomainError ? error.message : 'Python could not be set up; see the log.';
    }
  }

  async start(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    try {
      return await this.#starts.run(spec.workerId, signal, (either) => this.#launch(spec, report, either));
    } catch (error) {
      this.#users.release(spec.workerId);
      throw error;
    }
  }

  async stop(workerId: string): Promise<void> {
    await this.#starts.stop(workerId);
    const record = await this.#records.read(workerId);
    if (record) await this.#end(workerId, record);
  }

  /** No record says how a server ended that nobody watched, but what it printed is there. */
  async running(): Promise<RunningServers> {
    // No worker waits for it, as it may take long.
    void this.#packages?.removeUnfinished();
    const found: RunningServers = new Map();
    for (const [workerId, record] of await this.#present()) {
      if (record.uid !== null) this.#users.restore(workerId, record.uid);
      if (record.port === null) await this.#tryToEnd(workerId, record);
      else if (await isRunning(record)) {
        const endpoint = localEndpoint({ port: record.port, token: record.token });
        this.#follow(workerId, record, endpoint);
        found.set(workerId, endpoint);
      } else {
        const output = await readServerLog(logOf(record.runtimeDirectory), record.token);
        found.set(workerId, { ended: { ...endedUnwatched, output } });
      }
    }
    return found;
  }

  async inventory(): Promise<BackendInventory> {
    // What installs packages ends with the gateway.
    return { workerIds: [...(await this.#present()).keys()], abandoned: new Map() };
  }

  async usage(workerId: string): Promise<ResourceUsage | null> {
    const record = await this.#records.read(workerId);
    return record ? this.#usage.measure(record.runtimeDirectory) : null;
  }

  onExit(listener: (exit: WorkerExit) => void): () => void {
    return this.#watch.onExit(listener);
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#heartbeat.close();
  }

  /** The records of the workers that are not being started. */
  async #present(): Promise<Map<string, ServerRecord>> {
    const found = new Map<string, ServerRecord>();
    for (const workerId of await this.#records.workerIds()) {
      // Its record is not the last one.
      if (this.#starts.has(workerId)) continue;
      const record = await this.#records.read(workerId);
      if (record && !this.#starts.has(workerId)) found.set(workerId, record);
    }
    return found;
  }

  async #launch(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    report(5, 'Preparing Python');
    const { python } = await rejectOnAbort(this.#options.python(), signal);
    await this.#heartbeat.beat();
    const isolation = await rejectOnAbort(this.#isolation(python), signal);
    const uid = isolation === 'users' ? this.#users.claim(spec.workerId) : null;
    const { tmpStorageMb } = spec.limits;
    const sandbox = createSandbox({
      ...this.#options,
      heartbeat: this.#heartbeat,
      isolation,
      uid,
      tmpStorageMb,
    });
    const { requirements, userId } = spec;
    if (requirements) report(10, 'Installing requirements.txt');
    const { environment } = spec.profile;
    const packages = requirements && { ...requirements, python, environment, sandbox, userId };
    const site = packages && (await this.#packages?.folderFor(spec.workerId, packages, signal));
    report(15, 'Waiting for other starts');
    const prepared = { python, sandbox, isolation, site };
    return this.#slots.run(spec, () => this.#launchNow(prepared, spec, report, signal), signal);
  }

  async #launchNow(
    { python, sandbox, isolation, site }: PreparedLaunch,
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    const { uid } = sandbox;
    report(20, 'Starting Jupyter');
    const folders = serverFolders(spec.stateDirectory);
    await writeServerSetup(folders, spec.filesDirectory);
    await writeKernelStartup(folders.ipython);
    if (uid !== null) {
      for (const folder of [spec.filesDirectory, folders.root]) await giveFolder(folder, uid);
    }
    const token = randomBytes(32).toString('hex');
    const record: ServerRecord = { ...notRunning, runtimeDirectory: folders.runtime, token, isolation, uid };
    await this.#options.mayCreate?.();
    // Written first: a gateway that is killed before it knows the process leaves what finds it.
    await this.#records.write(spec.workerId, record);
    const plan = serverPlan(python, sandbox, { folders, site, token, spec });
    const child = await spawnServer(python, plan, folders.log).catch(async (error) => {
      await this.#records.remove(spec.workerId);
      throw error;
    });
    Object.assign(record, await identifyProcess(child.pid));
    const port = await this.#awaitServer(spec, child, folders, record, report, signal);
    const endpoint = localEndpoint({ port, token });
    this.#follow(spec.workerId, record, endpoint);
    child.once('exit', () => this.#watch.checkNow(spec.workerId));
    return endpoint;
  }

  /** Records a server that has just been spawned, and waits until it answers; ends it when it does not. */
  async #awaitServer(
    { workerId, profile: { environment } }: WorkerSpec,
    child: ServerProcess,
    folders: ServerFolders,
    record: ServerRecord,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<number> {
    const { startTimeoutMs: timeoutMs } = this.#options;
    try {
      await this.#records.write(workerId, record);
      report(40, 'Waiting for Jupyter');
      record.port = await untilAnswering(child, folders, { ...record, environment, timeoutMs }, signal);
      await this.#records.write(workerId, record);
      signal.throwIfAborted();
      return record.port;
    } catch (error) {
      await this.#tryToEnd(workerId, record);
      throw error;
    }
  }

  #follow(workerId: string, record: ServerRecord, endpoint: JupyterEndpoint): void {
    const { lostAfterMs } = this.#options;
    const checkAnswers = watchAnswers(new JupyterClient(endpoint), { every: checksPerProbe, lostAfterMs });
    this.#watch.follow(workerId, async () => {
      if (await isRunning(record)) return checkAnswers();
      return {
        reason: 'exited',
        detail: 'The Jupyter server of this worker ended by itself; start a new worker.',
        output: await readServerLog(logOf(record.runtimeDirectory), record.token),
      };
    });
  }

  /** Logs what {@link #end} throws, for whoever has more to do. As a stray it is tried again. */
  async #tryToEnd(workerId: string, record: ServerRecord): Promise<void> {
    await this.#end(workerId, record).catch((err) =>
      this.#options.log?.error({ err, workerId }, 'the server of a worker was not ended'),
    );
  }

  /** The record stays as long as there are processes that it leads to. @throws DomainError `runtime_unavailable` */
  async #end(workerId: string, record: ServerRecord): Promise<void> {
    this.#watch.unfollow(workerId);
    await endServer(record, record.runtimeDirectory);
    this.#usage.forget(record.runtimeDirectory);
    await this.#records.remove(workerId);
    await this.#packages?.release(workerId);
    this.#users.release(workerId);
  }

  #isolation(python: string): Promise<Isolation> {
    this.#probed ??= (this.#options.isolation?.() ?? probeIsolation(python)).catch((error) => {
      this.#probed = undefined;
      throw error;
    });
    return this.#probed;
  }
}
