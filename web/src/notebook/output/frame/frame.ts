import type { DocumentRequest } from '../frame-messages.js';
import { reportHeight, sendToPage } from './to-page.js';
import './theme.css';
import './document.css';

// Runs in the frame of an output, which has an opaque origin: whatever it shows is as far from the page as another site.

let shown: string | undefined;

/** Scripts of a fragment run when it is put into the document. */
function show({ html, dark }: DocumentRequest): void {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  if (html === shown) return;
  shown = html;
  const range = document.createRange();
  range.selectNode(document.body);
  document.body.replaceChildren(range.createContextualFragment(html));
}

addEventListener('message', ({ source, data }: MessageEvent) => {
  if (source === parent && (data as Partial<DocumentRequest> | null)?.type === 'show')
    show(data as DocumentRequest);
});
reportHeight();
sendToPage({ type: 'ready' });
