import { type PageExecutionFragment, RunEventsDocument } from '../../../generated/notebook.js';
import type { Output } from '../model/notebook.js';
import type { RunEvent } from '../model/run-event.js';
import {
  applyEvent,
  displayIdOf,
  hasEnded,
  newRun,
  type RunState,
  updateDisplays,
} from '../model/run-outputs.js';
import { sameJson } from '../model/same-json.js';
import type { ApiRequests } from '../storage/api-requests.js';

/** The newest run of a cell. */
export interface CellRun {
  executionId: string;
  cellId: string;
  sessionId: string;
  /** When the gateway got it, RFC 3339; empty before it confirmed that. */
  createdAt: string;
  /** Whether this page asked for it. */
  isOwn: boolean;
  state: RunState;
  /** The outputs at its end, as a save has them; undefined before. */
  finalOutputs: Output[] | undefined;
}

/** This many runs are followed after their end, for what their threads print. */
const maxEndedStreams = 5;
/** A stream of an ended run is opened again so often. */
const maxResumesAfterEnd = 2;
/** Listeners hear of many events together. */
const notifyMs = 30;

/** The newest run of each cell of a notebook, whoever started it, with its outputs as they come. */
export class NotebookRuns {
  readonly #api: Pick<ApiRequests, 'subscribe'>;
  readonly #onEnd: (run: CellRun) => void;
  readonly #runs = new Map<string, CellRun>();
  readonly #streams = new Map<string, () => void>();
  readonly #ended: string[] = [];
  /** When the gateway got the newest run of each cell, of those that were reported while no run was asked for, RFC 3339. */
  readonly #newest = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onEnd called when a run that this page started has ended */
  constructor(api: Pick<ApiRequests, 'subscribe'>, onEnd: (run: CellRun) => void) {
    this.#api = api;
    this.#onEnd = onEnd;
  }

  /** Calls a function after changes. @returns what ends that */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The run whose outputs a cell shows; undefined where it shows those of the file. A new object after each change. */
  get(cellId: string): CellRun | undefined {
    return this.#runs.get(cellId);
  }

  /** A run that this page is about to ask for. */
  begin(run: Pick<CellRun, 'executionId' | 'cellId' | 'sessionId'>): void {
    const known = this.#runs.get(run.cellId);
    if (known) this.#unfollow(known.executionId);
    this.#set({
      ...{ ...run, createdAt: '', isOwn: true },
      ...{ state: newRun, finalOutputs: undefined },
    });
  }

  /** What the gateway says about a run: it is shown if it is the newest of its cell, and followed once it began. */
  see(execution: PageExecutionFragment): void {
    const { id, cellId, sessionId, createdAt, status, outputsSave } = execution;
    if (cellId === null) return;
    const known = this.#runs.get(cellId);
    const isOther = known?.executionId !== id;
    // The run that this page just asked for is the newest.
    if (known && isOther && isUnconfirmed(known) && !hasEnded(known.state)) return;
    const newest = this.#newest.get(cellId) ?? '';
    if (createdAt > newest) this.#newest.set(cellId, createdAt);
    if (known && !isOther) this.#set({ ...known, sessionId, createdAt, ...progressOf(known) });
    else {
      if (createdAt < newest || (known && createdAt === newest)) return;
      // The file has what such a run printed.
      if ((!known || isUnconfirmed(known)) && outputsSave?.status === 'saved') return;
      if (known) this.#unfollow(known.executionId);
      this.#set({
        ...{ executionId: id, cellId, sessionId, createdAt, isOwn: false },
        ...{ state: newRun, finalOutputs: undefined },
      });
    }
    // The whole stream of an ended run was read, and only so many stay open after it.
    if (status !== 'queued' && !hasEnded(this.#runs.get(cellId)!.state)) this.#follow(cellId, id);
  }

  /** What the gateway made of a run that {@link begin} had another id for. */
  confirm(temporaryId: string, execution: PageExecutionFragment): void {
    const known = execution.cellId === null ? undefined : this.#runs.get(execution.cellId);
    if (known?.executionId === temporaryId) {
      const { id, sessionId, createdAt } = execution;
      this.#set({ ...known, executionId: id, sessionId, createdAt });
    }
    this.see(execution);
  }

  /** Ends a run that the gateway did not take. */
  fail(cellId: string, executionId: string, failure: string): void {
    this.#change(cellId, executionId, (state) => ({ ...state, status: 'failed', failure }));
  }

  /** Whether the gateway knows this run already. */
  knows(executionId: string): boolean {
    return [...this.#runs.values()].some((run) => run.executionId === executionId && run.state.sequence > 0);
  }

  /** A cell has other outputs in the file now: they replace those of an ended run, unless they are the same. */
  fileChanged(cellId: string, outputs: Output[] | undefined): void {
    const run = this.#runs.get(cellId);
    if (!run?.finalOutputs || sameJson(run.finalOutputs, outputs ?? [])) return;
    this.forget(cellId);
  }

  /** Shows what the file has. */
  forget(cellId: string): void {
    const run = this.#runs.get(cellId);
    if (!run) return;
    this.#unfollow(run.executionId);
    this.#runs.delete(cellId);
    this.#notify();
  }

  /** Ends all streams. */
  close(): void {
    clearTimeout(this.#timer);
    for (const id of [...this.#streams.keys()]) this.#unfollow(id);
    this.#listeners.clear();
  }

  #follow(cellId: string, executionId: string): void {
    if (this.#streams.has(executionId)) return;
    let resumes = 0;
    const stop = this.#api.subscribe(
      RunEventsDocument,
      { executionId, after: 0 },
      {
        onData: ({ executionEvents }) => this.#take(cellId, executionId, executionEvents as RunEvent),
        resume: ({ executionEvents }) => ({ after: executionEvents.sequence }),
        onResume: () => {
          const run = this.#runs.get(cellId);
          if (run?.executionId !== executionId) return false;
          return !hasEnded(run.state) || ++resumes <= maxResumesAfterEnd;
        },
        onFault: ({ message }) => this.fail(cellId, executionId, message),
      },
    );
    this.#streams.set(executionId, stop);
  }

  #unfollow(executionId: string): void {
    this.#streams.get(executionId)?.();
    this.#streams.delete(executionId);
  }

  #take(cellId: string, executionId: string, event: RunEvent): void {
    this.#change(cellId, executionId, (state) => applyEvent(state, event));
    const displayId = displayIdOf(event);
    if (displayId === undefined) return;
    for (const other of this.#runs.values()) {
      if (other.executionId === executionId) continue;
      this.#change(other.cellId, other.executionId, (state) => updateDisplays(state, displayId, event));
    }
  }

  #change(cellId: string, executionId: string, change: (state: RunState) => RunState): void {
    const run = this.#runs.get(cellId);
    if (run?.executionId !== executionId) return;
    const state = change(run.state);
    if (state === run.state) return;
    const ends = hasEnded(state) && !hasEnded(run.state);
    const finalOutputs = ends ? savedOutputs(state) : run.finalOutputs;
    const changed = { ...run, state, finalOutputs };
    this.#set(changed);
    if (!ends) return;
    this.#limitEnded(executionId);
    if (run.isOwn) this.#onEnd(changed);
  }

  #limitEnded(executionId: string): void {
    if (this.#streams.has(executionId)) this.#ended.push(executionId);
    while (this.#ended.length > maxEndedStreams) this.#unfollow(this.#ended.shift()!);
  }

  #set(run: CellRun): void {
    this.#runs.set(run.cellId, run);
    this.#notify();
  }

  #notify(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener();
    }, notifyMs);
  }
}

/** Whether the gateway has not said yet that it has the run. */
const isUnconfirmed = ({ createdAt }: CellRun) => createdAt === '';

/** What is known of a run that the gateway has. Where it failed before that was known, only an answer was lost. */
function progressOf(run: CellRun): Pick<CellRun, 'state' | 'finalOutputs'> {
  const { state, finalOutputs } = run;
  return isUnconfirmed(run) ? { state: newRun, finalOutputs: undefined } : { state, finalOutputs };
}

/** The outputs of a run as a notebook has them. */
const savedOutputs = ({ outputs }: RunState): Output[] => outputs.map(({ output }) => output);
