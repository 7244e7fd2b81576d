import type { DraftPhase, NotebookDraft } from '../model/notebook-draft.js';

/** What is unsaved is saved so long after the last change, and after a save that failed. */
const quietMs = 2_500;
const maxRetryMs = 60_000;
/** In these phases a draft is not saved at the moment when its page is left. */
const unsavable: ReadonlySet<DraftPhase> = new Set(['conflict', 'failed', 'gone']);

/** Saves a draft by itself when its user pauses. */
export class AutoSave {
  readonly #draft: Pick<NotebookDraft, 'state' | 'subscribe' | 'save'>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #seen: unknown;
  #lastPhase = 'saved';

  constructor(draft: Pick<NotebookDraft, 'state' | 'subscribe' | 'save'>) {
    this.#draft = draft;
  }

  /** Begins. @returns what ends it; what is unsaved then is saved at that moment */
  start(): () => void {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (this.#draft.state.hasChanges) event.preventDefault();
    };
    const onHide = () => {
      if (document.visibilityState === 'hidden') this.#save();
    };
    const onClick = (event: MouseEvent) => {
      const { phase, hasChanges } = this.#draft.state;
      const isLink = (event.target as Element | null)?.closest('a[href]:not([target])') != null;
      if (!isLink || !hasChanges || !unsavable.has(phase)) return;
      if (confirm('Your changes are not saved. Leave them?')) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('beforeunload', onLeave);
    document.addEventListener('visibilitychange', onHide);
    document.addEventListener('click', onClick, true);
    const stop = this.#draft.subscribe(() => this.#noticed());
    return () => {
      stop();
      clearTimeout(this.#timer);
      removeEventListener('beforeunload', onLeave);
      document.removeEventListener('visibilitychange', onHide);
      document.removeEventListener('click', onClick, true);
      this.#save();
    };
  }

  #noticed(): void {
    const { phase, notebook } = this.#draft.state;
    if (phase === 'saved') this.#failures = 0;
    if (phase === 'failed' && this.#lastPhase === 'saving') this.#failures += 1;
    this.#lastPhase = phase;
    if (phase === 'failed') this.#timer ??= this.#later(Math.min(maxRetryMs, quietMs * 2 ** this.#failures));
    if (phase !== 'unsaved' || (this.#seen === notebook && this.#timer !== undefined)) return;
    this.#seen = notebook;
    clearTimeout(this.#timer);
    this.#timer = this.#later(quietMs);
  }

  #later(wait: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#timer = undefined;
      this.#save();
    }, wait);
  }

  /** Also while a save goes on: what was typed meanwhile is saved after it. */
  #save(): void {
    if (this.#draft.state.phase !== 'saved') void this.#draft.save();
  }
}
