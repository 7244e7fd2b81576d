import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import type { TextCell } from '../notebook.js';
import { attachmentUri } from './notebook-markdown.js';

const cell = ['colspan', 'rowspan', 'scope', 'align'];

/** What of the HTML of a notebook is kept: the structure of text, tables, links and images that are part of the document. */
const allowed: sanitizeHtml.IOptions = {
  allowedTags: [...sanitizeHtml.defaults.allowedTags, 'img', 'del', 'ins', 'details', 'summary'],
  allowedAttributes: {
    a: ['href', 'title'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    ol: ['start'],
    th: cell,
    td: cell,
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  nestingLimit: 100,
  transformTags: {
    a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer nofollow' }, true),
    // A relative address has no scheme that could be refused.
    img: (tagName, { src, ...others }) => ({
      tagName,
      attribs: src?.startsWith('data:image/') ? { src, ...others } : others,
    }),
  },
};

/** HTML of a notebook without scripts, styles, forms, frames and references that a browser loads. */
export function safeHtml(html: string): string {
  return sanitizeHtml(html, allowed);
}

const markdown = new MarkdownIt({ html: true, linkify: false });
const renderImage = markdown.renderer.rules.image!;
markdown.renderer.rules.image = (tokens, index, options, env, self) => {
  const token = tokens[index]!;
  const source = String(token.attrGet('src') ?? '');
  if (source.startsWith('attachment:')) {
    const { attachments } = env as Pick<TextCell, 'attachments'>;
    token.attrSet('src', attachmentUri(attachments ?? {}, source.slice('attachment:'.length)) ?? '');
  }
  return renderImage(tokens, index, options, env, self);
};

/** Markdown as safe HTML; see {@link safeHtml}. Formulas stay as they are written. */
export function markdownHtml(text: string, attachments?: TextCell['attachments']): string {
  return safeHtml(markdown.render(text, { attachments }));
}

/** A text as the content of an element. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
