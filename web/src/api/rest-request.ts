/** An error of the REST API, with a sentence for the user. */
export class RestError extends Error {
  /** From the API's closed list; undefined where the gateway did not answer as usual. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.name = 'RestError';
    this.code = code;
  }
}

/** A request of the REST API, for the bytes of files. */
export interface RestRequest {
  slug: string;
  token: string;
  /** Below the notebooks of the space, e.g. `/workspaces/…/raw-file`. */
  path: string;
  /** What is undefined is left out. */
  query: Readonly<Record<string, string | undefined>>;
  init?: RequestInit;
}

/** Sends a request. @throws RestError */
export async function restRequest({ slug, token, path, query, init }: RestRequest): Promise<Response> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const base = `/api/v1.0/engagement/spaces/${encodeURIComponent(slug)}/notebooks`;
  const headers = { ...init?.headers, authorization: `Bearer ${token}` };
  const response = await fetch(`${base}${path}?${new URLSearchParams(given)}`, { ...init, headers });
  if (response.ok) return response;
  const fault = (await response.json().catch(() => null)) as { detail?: string; code?: string } | null;
  throw new RestError(
    fault?.detail ?? `The gateway answered with the status ${response.status}.`,
    fault?.code,
  );
}

/** The name that an answer gives its bytes, e.g. `week.ipynb`. */
export function fileNameOf({ headers }: Response): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(headers.get('content-disposition') ?? '')?.[1];
  return encoded === undefined ? 'download' : decodeURIComponent(encoded);
}
