import {
  ExecutionsOfSessionDocument,
  InterruptKernelDocument,
  OpenSessionDocument,
  type PageExecutionFragment,
  type PageSessionFragment,
  RestartKernelDocument,
  RunsChangedDocument,
  SessionsChangedDocument,
  SessionsOfNotebookDocument,
  StopKernelDocument,
  WorkersChangedDocument,
} from '../../../generated/notebook.js';
import { type ApiRequests, messageOf, untilAnswered } from '../storage/api-requests.js';
import { type PageFile, workspaceOf } from '../storage/page-file.js';

/** What the page shows of the kernels of its notebook. */
export interface KernelState {
  /** The caller's session of the notebook; null before it is opened. */
  session: PageSessionFragment | null;
  /** How many sessions of others the notebook has. */
  otherSessions: number;
  /** How far the start of the worker is; null while nothing starts. */
  progress: { percent: number; message: string } | null;
  /** Why the last action failed, in a sentence. */
  error: string | null;
}

/** The sessions of a notebook: the caller's, which is opened when it is needed, and those of others, which are watched. */
export class NotebookKernel {
  readonly #api: ApiRequests;
  readonly #page: PageFile;
  readonly #onExecution: (execution: PageExecutionFragment) => void;
  readonly #sessions = new Map<string, PageSessionFragment>();
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  /** Sessions that were ended here: a last event says that they are dead. */
  readonly #deleted = new Set<string>();
  #userId = '';
  #opening: Promise<string> | undefined;
  #loading: Promise<void> | undefined;
  #isClosed = false;
  #state: KernelState = { session: null, otherSessions: 0, progress: null, error: null };

  /** @param onExecution called for each execution of the notebook's sessions that is known, and that changes */
  constructor(api: ApiRequests, page: PageFile, onExecution: (execution: PageExecutionFragment) => void) {
    this.#api = api;
    this.#page = page;
    this.#onExecution = onExecution;
  }

  /** The state now; a new object after each change. */
  readonly getState = (): KernelState => this.#state;

  /** The sessions of the notebook that are known, those of others too, in the order in which they were found. */
  get sessions(): PageSessionFragment[] {
    return [...this.#sessions.values()];
  }

  /** Calls a function after each change. @returns what ends that */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to watch, and loads what is there. After a broken connection both are done again. */
  start(): void {
    const workspace = workspaceOf(this.#page);
    const onResume = () => void this.load();
    this.#stops.push(
      this.#api.subscribe(SessionsChangedDocument, workspace, {
        onData: ({ sessionChanged }) => this.#seeSession(sessionChanged),
        onResume,
      }),
      this.#api.subscribe(RunsChangedDocument, workspace, {
        onData: ({ executionsChanged }) => this.#seeExecution(executionsChanged),
      }),
      this.#api.subscribe(WorkersChangedDocument, workspace, {
        onData: ({ workerChanged }) => {
          const { userId, branch, status, progress } = workerChanged;
          if (
            this.#opening &&
            userId === this.#userId &&
            branch === this.#page.branch &&
            status === 'starting'
          )
            this.#set({ progress });
        },
      }),
    );
    void this.load();
  }

  /** Ends the watching. Kernels go on. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }

  /** Reads the sessions of the notebook and their executions. */
  load(): Promise<void> {
    this.#loading ??= untilAnswered(
      () => this.#loadNow(),
      () => this.#isClosed,
    )
      .catch((error) => this.#set({ error: messageOf(error) }))
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  /** The id of the caller's live session; it is opened, and a worker started, where there is none. @throws ApiRequestError */
  open(): Promise<string> {
    const { session } = this.#state;
    if (session && session.status !== 'dead') return Promise.resolve(session.id);
    this.#opening ??= this.#openNow().finally(() => {
      this.#opening = undefined;
      this.#set({ progress: null });
    });
    return this.#opening;
  }

  /** Starts a kernel where there is none, as a run does. */
  async startKernel(): Promise<void> {
    await this.open().catch((error) => this.#set({ error: messageOf(error) }));
  }

  /** Interrupts what runs. */
  interrupt(): Promise<void> {
    return this.#act((variables) => this.#api.mutate(InterruptKernelDocument, variables));
  }

  /** Starts the kernel anew; its memory is lost. */
  restart(): Promise<void> {
    return this.#act((variables) => this.#api.mutate(RestartKernelDocument, variables));
  }

  /** Ends the kernel. */
  stop(): Promise<void> {
    return this.#act(async (variables) => {
      await this.#api.mutate(StopKernelDocument, variables);
      // Of older ones, which ended before, nothing is to be said any more.
      for (const { id } of this.sessions.filter((one) => one.userId === this.#userId)) {
        this.#deleted.add(id);
        this.#sessions.delete(id);
      }
      this.#report();
    });
  }

  async #loadNow(): Promise<void> {
    const found = await this.#api.query(SessionsOfNotebookDocument, workspaceOf(this.#page));
    if (this.#isClosed) return;
    this.#userId = found.me.id;
    this.#sessions.clear();
    const sessions = found.space.workspace.sessions.nodes.filter((one) => this.#isOfNotebook(one));
    for (const session of sessions) this.#sessions.set(session.id, session);
    this.#report();
    for (const session of sessions) await this.#loadExecutions(session.id);
  }

  async #loadExecutions(sessionId: string): Promise<void> {
    const variables = { spaceSlug: this.#page.slug, sessionId };
    const { nodes } = (await this.#api.query(ExecutionsOfSessionDocument, variables)).space.session
      .executions;
    if (this.#isClosed) return;
    for (const execution of nodes.toReversed()) this.#onExecution(execution);
  }

  async #openNow(): Promise<string> {
    const { slug, workspaceId, branch, path } = this.#page;
    this.#set({ error: null, progress: { percent: 0, message: 'Starting the kernel' } });
    const variables = { spaceSlug: slug, input: { workspaceId, branch, path } };
    const { session } = (await this.#api.mutate(OpenSessionDocument, variables)).createSession;
    this.#userId ||= session.userId;
    this.#seeSession(session);
    return session.id;
  }

  async #act(action: (variables: { spaceSlug: string; id: string }) => Promise<unknown>): Promise<void> {
    const { session } = this.#state;
    if (!session) return;
    this.#set({ error: null });
    try {
      await action({ spaceSlug: this.#page.slug, id: session.id });
    } catch (error) {
      this.#set({ error: messageOf(error) });
    }
  }

  #seeSession(session: PageSessionFragment): void {
    if (!this.#isOfNotebook(session)) return;
    const isNew = !this.#sessions.has(session.id);
    this.#sessions.set(session.id, session);
    this.#report();
    if (isNew && session.userId !== this.#userId) void this.load();
  }

  #seeExecution(execution: PageExecutionFragment): void {
    if (this.#sessions.has(execution.sessionId)) this.#onExecution(execution);
  }

  #isOfNotebook = (session: PageSessionFragment) =>
    !this.#deleted.has(session.id) &&
    session.path === this.#page.path &&
    session.branch === this.#page.branch;

  #report(): void {
    const sessions = [...this.#sessions.values()];
    const own = sessions.filter((one) => one.userId === this.#userId);
    const session = own.find((one) => one.status !== 'dead') ?? newestOf(own) ?? null;
    const otherSessions = sessions.filter(
      (one) => one.userId !== this.#userId && one.status !== 'dead',
    ).length;
    this.#set({ session, otherSessions });
  }

  #set(change: Partial<KernelState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const newestOf = (sessions: readonly PageSessionFragment[]) =>
  sessions.toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1)).at(-1);
