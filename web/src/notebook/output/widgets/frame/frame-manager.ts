import * as base from '@jupyter-widgets/base';
import { base64ToBuffer, ManagerBase } from '@jupyter-widgets/base-manager';
import * as controls from '@jupyter-widgets/controls';
import { Widget } from '@lumino/widgets';
import { ModelStore } from '../model-store.js';
import type { WidgetMessage } from '../widget-messages.js';
import { type CommChange, linkedModels, recordOf, type WidgetModelState } from '../widget-models.js';
import { FrameComm } from './frame-comm.js';
import { SafeHtmlMathView, SafeHtmlView } from './html-widgets.js';
import { OutputModel, OutputView } from './output-widget.js';
import { UnsupportedModel, UnsupportedView } from './unsupported-widget.js';

/** The only code of widgets that is there: nothing is loaded by its name. */
const modules = new Map<string, object>([
  ['@jupyter-widgets/base', base],
  ['@jupyter-widgets/controls', { ...controls, HTMLView: SafeHtmlView, HTMLMathView: SafeHtmlMathView }],
  ['@jupyter-widgets/output', { OutputModel, OutputView }],
]);

/** What a {@link FrameManager} works with. */
export interface FrameManagerOptions {
  models: Map<string, WidgetModelState>;
  isReadOnly: boolean;
  send(message: WidgetMessage): void;
}

/**
 * Makes the models and views of one frame from the states that the page sent. A model is made when a view or another model
 * needs it.
 */
export class FrameManager extends ManagerBase {
  readonly #states: ModelStore;
  readonly #isReadOnly: boolean;
  readonly #send: (message: WidgetMessage) => void;
  readonly #comms = new Map<string, FrameComm>();

  constructor({ models, isReadOnly, send }: FrameManagerOptions) {
    super();
    this.#states = new ModelStore(models);
    this.#isReadOnly = isReadOnly;
    this.#send = send;
  }

  /** Draws a widget into an element. */
  async draw(modelId: string, host: HTMLElement): Promise<void> {
    const model = await this.get_model(modelId);
    const view = await this.create_view(model);
    Widget.attach(view.luminoWidget, host);
    if (!this.#isReadOnly) await this.#makeLinks();
  }

  /** Adds models that others refer to. */
  add(models: ReadonlyMap<string, WidgetModelState>): void {
    this.#states.add(models);
  }

  /** Takes what happened on a comm. */
  take(change: CommChange): void {
    const { kind, commId } = change;
    this.#states.apply(change);
    const comm = this.#comms.get(commId);
    if (kind === 'comm_msg') {
      comm?.received(this.#isReadOnly ? asReadOnly(change) : change);
    } else if (kind === 'comm_close') {
      this.#comms.delete(commId);
      comm?.closed();
    }
  }

  /** A message was sent. One that was refused is taken back: the model gets the state that the kernel has. */
  sent(messageId: string, commId: string, isRefused: boolean): void {
    const comm = this.#comms.get(commId);
    comm?.sent(messageId);
    const known = this.#states.models.get(commId);
    if (!comm || !known || !isRefused) return;
    const data = { method: 'echo_update', state: known.state, buffer_paths: [] };
    comm.received({ commId, data, buffers: [], messageId });
  }

  /** The model of an id, which is made if it is not there. */
  override get_model(modelId: string): Promise<base.WidgetModel> {
    const state = this.#states.models.get(modelId);
    if (this.has_model(modelId) || !state) return super.get_model(modelId);
    const { model_name, model_module, model_module_version } = state;
    const comm = new FrameComm(modelId, this.#send);
    this.#comms.set(modelId, comm);
    const options = { model_name, model_module, model_module_version, model_id: modelId, comm };
    return this.new_model(options as never, this.#stateOf(state) as never);
  }

  protected override async loadClass(className: string, moduleName: string): Promise<never> {
    const module = modules.get(moduleName);
    const found = module && Object.hasOwn(module, className) ? Reflect.get(module, className) : undefined;
    if (!found) throw new Error('The page does not have the code of this widget.');
    return found as never;
  }

  protected override loadModelClass(className: string, moduleName: string): Promise<never> {
    return this.loadClass(className, moduleName).catch(() => UnsupportedModel as never);
  }

  protected override loadViewClass(className: string, moduleName: string): Promise<never> {
    return this.loadClass(className, moduleName).catch(() => UnsupportedView as never);
  }

  protected override _create_comm(): Promise<never> {
    return Promise.reject(new Error('Only the kernel opens comms.'));
  }

  protected override _get_comm_info(): Promise<Record<string, never>> {
    return Promise.resolve({});
  }

  /** A copy, which models may change, with its binary values where they belong. */
  #stateOf({ state, buffers = [] }: WidgetModelState): Record<string, unknown> {
    const copy = structuredClone(state) as Record<string, unknown>;
    const views = buffers.map(({ data }) => new DataView(base64ToBuffer(data)));
    base.put_buffers(
      copy as never,
      buffers.map(({ path }) => [...path]),
      views,
    );
    return this.#isReadOnly && 'disabled' in copy ? { ...copy, disabled: true } : copy;
  }

  /** Links between widgets have no view: they are made where both ends are shown. */
  async #makeLinks(): Promise<void> {
    for (const [id, model] of this.#states.models)
      if (linkedModels(model)?.every((end) => this.has_model(end))) await this.get_model(id);
  }
}

function asReadOnly(change: CommChange): CommChange {
  const data = recordOf(change.data);
  const state = recordOf(data.state);
  return 'disabled' in state ? { ...change, data: { ...data, state: { ...state, disabled: true } } } : change;
}
