/**
 * What the reader shows and does. Nothing reaches another host: its check of documents, which does by default, is off.
 * @param description the OpenAPI document as text
 */
export function readerConfiguration(description: string, element: Element): Record<string, unknown> {
  return {
    domNode: element,
    spec: JSON.parse(description),
    validatorUrl: null,
    persistAuthorization: false,
    docExpansion: 'none',
    filter: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
  };
}
