/** What asks for connections or look-ups of names that no policy of a document forbids. */
const hints = 'link, meta[http-equiv]';

/** Puts HTML of a notebook into an element, without what makes a browser look up or contact other sites, whatever the policy of the frame says. */
export function setHtml(element: HTMLElement, html: string): void {
  // Nothing is loaded within a template.
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const hint of template.content.querySelectorAll(hints)) hint.remove();
  element.replaceChildren(template.content);
}
