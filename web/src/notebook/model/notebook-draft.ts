import {
  baseOfConflicts,
  type CellConflict,
  type Choice,
  mergeNotebooks,
  withCells,
} from './merge-notebooks.js';
import type { Notebook } from './notebook.js';
import { sameJson } from './same-json.js';

/** A notebook as a commit has it. */
export interface StoredNotebook {
  /** The blob: what a save names as its base. */
  sha: string;
  notebook: Notebook;
}

/** How a draft reaches its file. */
export interface NotebookStorage {
  /** Reads the newest version. @returns null where the file is not there */
  load(): Promise<StoredNotebook | null>;
  /** Saves over a blob. @returns the new blob; null where the file has another blob than `baseSha`, or is not there */
  save(notebook: Notebook, baseSha: string): Promise<string | null>;
  /** Creates the file. @returns its blob; null where it is there */
  create(notebook: Notebook): Promise<string | null>;
}

/** Whether what the user sees is saved. `failed` has unsaved changes, too; `gone` is a file that is not there any more. */
export type DraftPhase = 'saved' | 'unsaved' | 'saving' | 'conflict' | 'failed' | 'gone';

/** What a page shows of a draft. */
export interface DraftState {
  notebook: Notebook;
  phase: DraftPhase;
  /** Whether the notebook has changes that are in no version of the file. */
  hasChanges: boolean;
  /**
   * The cells that somebody else changed, too, and for which there is no choice yet. Ours is what the cell is now; where it was
   * deleted here meanwhile, what it was last.
   */
  conflicts: CellConflict[];
  /** Why the last save, or the last look for the newest version, failed. */
  error: string | null;
}

/** This many saves of others may come in between before a save fails. */
const maxAttempts = 10;

/**
 * A notebook that is edited while others may save it, too. What others saved is merged cell by cell; cells that both sides
 * changed wait for the choice of the user. Nothing is dropped: the draft keeps ours, the file keeps theirs.
 */
export class NotebookDraft {
  #base: StoredNotebook;
  #ours: Notebook;
  /** What others saved meanwhile, while there are conflicts. */
  #theirs: StoredNotebook | null = null;
  #isSaving = false;
  /** Whether the file was not there when it was read last. */
  #isGone = false;
  /** What a save sent that was not answered: the file may have it. */
  #unanswered: Notebook | undefined;
  #state: DraftState;
  /** Saves and looks for newer versions run one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #storage: NotebookStorage;
  readonly #listeners = new Set<() => void>();

  constructor(stored: StoredNotebook, storage: NotebookStorage) {
    this.#base = stored;
    this.#ours = stored.notebook;
    this.#storage = storage;
    const { notebook } = stored;
    this.#state = { notebook, phase: 'saved', hasChanges: false, conflicts: [], error: null };
  }

  /** The state now; a new object after each change. */
  get state(): DraftState {
    return this.#state;
  }

  /** The blob that the draft is based on. */
  get baseSha(): string {
    return this.#base.sha;
  }

  /** Calls a function after each change. @returns what ends that */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes the notebook. */
  edit(change: (notebook: Notebook) => Notebook): void {
    const changed = change(this.#ours);
    if (changed === this.#ours) return;
    this.#ours = changed;
    this.#report();
  }

  /**
   * Saves what is unsaved, after what others saved was merged. It resolves when that is done, has failed or waits for
   * choices.
   */
  save(): Promise<void> {
    return this.#enqueue(() => this.#saveNow());
  }

  /**
   * Reads what others saved and merges it.
   * @param sha the blob that the file is known to have; nothing is read where that is the base already. Default: unknown
   */
  pull(sha?: string | null): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#isGone || sha !== this.#base.sha) await this.#pullNow();
    });
  }

  /** Saves the notebook as a new file where its file is gone. Where it is there again, both are merged as in any save. */
  recreate(): Promise<void> {
    return this.#enqueue(async () => {
      const notebook = this.#ours;
      const sha = await this.#storage.create(notebook);
      if (sha === null) {
        await this.#pullNow();
        return this.#saveNow();
      }
      this.#base = { sha, notebook };
      this.#isGone = false;
      this.#theirs = null;
      this.#unanswered = undefined;
      this.#state = { ...this.#state, conflicts: [] };
    });
  }

  /** Decides what to keep of cells that both sides changed, then saves. */
  resolve(choices: ReadonlyMap<string, Choice>): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#theirs) this.#merge(this.#theirs, choices);
      await this.#saveNow();
    });
  }

  async #saveNow(): Promise<void> {
    for (let attempt = 1; this.#hasChanges && !this.#theirs && !this.#isGone; attempt++) {
      this.#isSaving = true;
      this.#report();
      const notebook = this.#ours;
      const unanswered = this.#unanswered;
      this.#unanswered = notebook;
      const sha = await this.#storage.save(notebook, this.#base.sha);
      this.#unanswered = sha === null ? unanswered : undefined;
      if (sha !== null) this.#base = { sha, notebook };
      else if (attempt === maxAttempts) throw new Error('Others save this file again and again.');
      else await this.#pullNow();
      if (sha !== null) return;
    }
  }

  async #pullNow(): Promise<void> {
    const stored = await this.#storage.load();
    this.#isGone = stored === null;
    if (stored && stored.sha !== this.#base.sha) this.#merge(stored);
  }

  /** Takes over a newer version. Ours becomes what is merged, and the newer version the base, but for what is in conflict. */
  #merge(stored: StoredNotebook, choices?: ReadonlyMap<string, Choice>): void {
    const own = this.#unanswered;
    this.#unanswered = undefined;
    if (own && sameJson(own, stored.notebook)) {
      if (this.#ours === own) this.#ours = stored.notebook;
      this.#base = stored;
      return;
    }
    const ours = this.#oursWithConflicts(stored.notebook);
    const merged = mergeNotebooks(this.#base.notebook, ours, stored.notebook, choices);
    this.#ours = sameJson(merged.notebook, stored.notebook) ? stored.notebook : merged.notebook;
    this.#theirs = merged.conflicts.length > 0 ? stored : null;
    this.#base = { sha: stored.sha, notebook: stored.notebook };
    if (this.#theirs) this.#base.notebook = baseOfConflicts(stored.notebook, merged.conflicts);
    this.#state = { ...this.#state, conflicts: merged.conflicts };
  }

  /** Ours, with the cells in conflict that were deleted here before there was a choice: what was typed in them may be wanted. */
  #oursWithConflicts(theirs: Notebook): Notebook {
    const ids = new Set(this.#ours.cells.map(({ id }) => id));
    const deleted = this.#state.conflicts.filter(({ id }) => !ids.has(id)).map(({ ours }) => ours);
    return withCells(this.#ours, deleted, theirs);
  }

  /** The conflicts, with ours as it is now. */
  #conflictsNow(): CellConflict[] {
    const { conflicts } = this.#state;
    if (conflicts.length === 0) return conflicts;
    const cells = new Map(this.#ours.cells.map((cell) => [cell.id, cell]));
    return conflicts.map((conflict) => ({ ...conflict, ours: cells.get(conflict.id) ?? conflict.ours }));
  }

  get #hasChanges(): boolean {
    return this.#ours !== this.#base.notebook;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      let error: string | null = null;
      try {
        await work();
      } catch (reason) {
        error = reason instanceof Error ? reason.message : String(reason);
      } finally {
        this.#isSaving = false;
      }
      this.#report(error);
    });
    this.#queue = done;
    return done;
  }

  #report(error: string | null = this.#state.error): void {
    const phase = this.#phase(error);
    const [conflicts, hasChanges] = [this.#conflictsNow(), this.#hasChanges];
    this.#state = { ...this.#state, notebook: this.#ours, phase, hasChanges, conflicts, error };
    for (const listener of this.#listeners) listener();
  }

  #phase(error: string | null): DraftPhase {
    if (this.#isSaving) return 'saving';
    if (this.#isGone) return 'gone';
    if (this.#theirs) return 'conflict';
    if (error !== null) return 'failed';
    return this.#hasChanges ? 'unsaved' : 'saved';
  }
}
