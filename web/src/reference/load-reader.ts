import readerUrl from 'swagger-ui-dist/swagger-ui-bundle.js?url';

/** A document that the reader shows. */
export interface ShownDocument {
  /** Sends a token with the requests of the forms; the reader does not store it. */
  preauthorizeApiKey(scheme: string, token: string): void;
}

/** Swagger UI, as its script offers it: shows a document in an element. */
export type Reader = (configuration: Record<string, unknown>) => ShownDocument;

let loading: Promise<Reader> | undefined;

/**
 * Loads the reader, once for the page. It has over a megabyte, and is a script of its own that nothing else needs.
 * @throws Error when it does not arrive
 */
export function loadReader(): Promise<Reader> {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

function load(): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = readerUrl;
    script.onload = () => resolve((globalThis as unknown as { SwaggerUIBundle: Reader }).SwaggerUIBundle);
    script.onerror = () => {
      script.remove();
      reject(new Error('The API reference could not be loaded; load the page again.'));
    };
    document.head.append(script);
  });
}
