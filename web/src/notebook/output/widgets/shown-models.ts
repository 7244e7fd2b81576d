import { type CommChange, linkedModels, recordOf, type WidgetModelState } from './widget-models.js';

/** How the state of a widget names others: as its parts, and in the outputs that it shows. */
const reference = /"(?:IPY_MODEL_|model_id":")([^"\\]+)"/g;
/** More ids are not remembered: first those without a model are forgotten. */
const maxIds = 20_000;

/** What a frame needs of a change. */
export interface ShownChange {
  /** The models that the frame gets first, because something that it shows refers to them now. */
  added: Map<string, WidgetModelState>;
  /** Whether the change is about a model that the frame has. */
  isShown: boolean;
}

/** The models of a session that one frame has: that of its widget, those that it refers to, and the links between them. */
export class ShownModels {
  readonly #models: ReadonlyMap<string, WidgetModelState>;
  readonly #shown = new Set<string>();
  /** What is referred to and has no model yet. */
  readonly #missing = new Set<string>();

  /** @param models of the session; they change before {@link take} is called */
  constructor(models: ReadonlyMap<string, WidgetModelState>) {
    this.#models = models;
  }

  /** Whether the frame has a model. */
  has(modelId: string): boolean {
    return this.#shown.has(modelId);
  }

  /** What the frame needs to draw a widget. */
  begin(modelId: string): Map<string, WidgetModelState> {
    const found = this.#reach([modelId]);
    for (const [id, model] of this.#models) {
      if (!linkedModels(model)?.every((end) => this.#shown.has(end))) continue;
      for (const [linkId, link] of this.#reach([id])) found.set(linkId, link);
    }
    return found;
  }

  /** What the frame needs of a change, which the models have already. */
  take({ kind, commId, data }: CommChange): ShownChange {
    const isShown = this.#shown.has(commId);
    if (!isShown && !(kind === 'comm_open' && this.#missing.has(commId)))
      return { added: new Map(), isShown };
    if (kind !== 'comm_close')
      return { added: this.#reach(isShown ? referencesIn(recordOf(data).state) : [commId]), isShown };
    this.#shown.delete(commId);
    this.#missing.add(commId);
    return { added: new Map(), isShown };
  }

  #reach(ids: Iterable<string>): Map<string, WidgetModelState> {
    const found = new Map<string, WidgetModelState>();
    const wanted = new Set(ids);
    for (const id of wanted) {
      const model = this.#models.get(id);
      if (this.#shown.has(id)) continue;
      if (!model) {
        this.#missing.add(id);
        continue;
      }
      this.#missing.delete(id);
      this.#shown.add(id);
      found.set(id, model);
      // A set goes on with what is added to it meanwhile.
      for (const other of referencesIn(model.state)) wanted.add(other);
    }
    this.#forget();
    return found;
  }

  #forget(): void {
    if (this.#missing.size > maxIds) this.#missing.clear();
    if (this.#shown.size <= maxIds) return;
    for (const id of this.#shown) if (!this.#models.has(id)) this.#shown.delete(id);
  }
}

function referencesIn(state: unknown): string[] {
  return [...(JSON.stringify(state) ?? '').matchAll(reference)].map(([, id]) => id!);
}
