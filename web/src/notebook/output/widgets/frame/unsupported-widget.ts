import { DOMWidgetModel, DOMWidgetView } from '@jupyter-widgets/base';

/** A widget whose code is not part of the page. */
export class UnsupportedModel extends DOMWidgetModel {
  override defaults() {
    return { ...super.defaults(), _view_name: 'UnsupportedView', _view_module: '' };
  }
}

/** Says that a widget is not shown, and which module it needs. */
export class UnsupportedView extends DOMWidgetView {
  override render(): void {
    const module = String(this.model.get('_model_module')).slice(0, 200);
    const name = String(this.model.get('_model_name')).slice(0, 200);
    this.el.classList.add('unsupported');
    this.el.textContent = `This page does not show the widget ${name} of ${module}: it loads no code of notebooks.`;
  }
}
