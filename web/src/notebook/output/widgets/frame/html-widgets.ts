import { HTMLMathView, HTMLView, StringView } from '@jupyter-widgets/controls';
import { setHtml } from './set-html.js';

/** Shows an `ipywidgets.HTML`. */
export class SafeHtmlView extends HTMLView {
  override update(): void {
    setHtml(this.content, String(this.model.get('value')));
    StringView.prototype.update.call(this);
  }
}

/** Shows an `ipywidgets.HTMLMath`. */
export class SafeHtmlMathView extends HTMLMathView {
  override update(): void {
    setHtml(this.content, String(this.model.get('value')));
    this.typeset(this.content);
    StringView.prototype.update.call(this);
  }
}
