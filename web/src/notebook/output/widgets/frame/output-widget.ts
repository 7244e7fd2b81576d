import { DOMWidgetModel, DOMWidgetView } from '@jupyter-widgets/base';
import { Widget } from '@lumino/widgets';
import { textOf } from '../../choose-mime-type.js';
import { overwrittenText } from '../../overwritten-text.js';
import { recordOf } from '../widget-models.js';
import { setHtml } from './set-html.js';

/** This many outputs of a widget are shown, the last ones, and so many characters of each. */
const maxOutputs = 200;
const maxChars = 200_000;
const imageType = /^image\/(png|jpeg|gif|webp|bmp|svg\+xml)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences of terminals.
const sequences = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** The model of an `ipywidgets.Output`. The gateway adds what it captures. */
export class OutputModel extends DOMWidgetModel {
  override defaults() {
    return {
      ...super.defaults(),
      ...{ _model_name: 'OutputModel', _view_name: 'OutputView' },
      ...{ _model_module: '@jupyter-widgets/output', _view_module: '@jupyter-widgets/output' },
      ...{ msg_id: '', outputs: [] },
    };
  }
}

/** Shows what an `ipywidgets.Output` has captured. Scripts of it do not run: the policy of the frame forbids them. */
export class OutputView extends DOMWidgetView {
  #drawing = 0;

  override render(): void {
    super.render();
    this.el.classList.add('captured-outputs');
    this.listenTo(this.model, 'change:outputs', () => {
      this.#drawing ||= requestAnimationFrame(() => this.#draw());
    });
    this.#draw();
  }

  override remove(): void {
    cancelAnimationFrame(this.#drawing);
    super.remove();
  }

  #draw(): void {
    this.#drawing = 0;
    const outputs: unknown = this.model.get('outputs');
    const shown = Array.isArray(outputs) ? outputs.slice(-maxOutputs) : [];
    this.el.replaceChildren(...shown.map((output) => this.#elementOf(recordOf(output))));
  }

  #elementOf(output: Record<string, unknown>): HTMLElement {
    switch (output.output_type) {
      case 'stream':
        return textElement(textOf(output.text), output.name === 'stderr' ? 'stderr' : '');
      case 'error':
        return textElement(tracebackOf(output), 'stderr');
      default:
        return this.#displayOf(recordOf(output.data));
    }
  }

  #displayOf(data: Record<string, unknown>): HTMLElement {
    const { model_id: modelId } = recordOf(data['application/vnd.jupyter.widget-view+json']);
    if (typeof modelId === 'string') return this.#viewOf(modelId);
    if (data['text/html'] !== undefined) {
      const element = document.createElement('div');
      setHtml(element, textOf(data['text/html']).slice(0, maxChars));
      return element;
    }
    const image = Object.keys(data).find((type) => imageType.test(type));
    return image === undefined ? textElement(textOf(data['text/plain'] ?? '')) : imageElement(image, data);
  }

  #viewOf(modelId: string): HTMLElement {
    const host = document.createElement('div');
    const draw = async () => {
      const view = await this.create_child_view(await this.model.widget_manager.get_model(modelId));
      if (host.isConnected) Widget.attach(view.luminoWidget, host);
    };
    draw().catch(() => host.replaceChildren('This widget is gone.'));
    return host;
  }
}

function tracebackOf({ traceback, ename, evalue }: Record<string, unknown>): string {
  const lines = Array.isArray(traceback) ? traceback.map(String) : [];
  return lines.length > 0 ? lines.join('\n') : `${String(ename)}: ${String(evalue)}`;
}

function textElement(text: string, className = ''): HTMLElement {
  const element = document.createElement('pre');
  element.className = className;
  element.textContent = overwrittenText(text.slice(-maxChars).replace(sequences, ''));
  return element;
}

function imageElement(type: string, data: Record<string, unknown>): HTMLElement {
  const element = document.createElement('img');
  const text = textOf(data[type]);
  element.src =
    type === 'image/svg+xml'
      ? `data:${type},${encodeURIComponent(text)}`
      : `data:${type};base64,${text.replace(/\s/g, '')}`;
  element.alt = textOf(data['text/plain'] ?? 'Output').slice(0, 200);
  return element;
}
