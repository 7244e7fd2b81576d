import { demo } from '../../prisma/seed.js';
import type { HostileTarget } from './hostile-input.js';

/** A request to the REST API of the space `demo`. */
export interface RestInput {
  method: 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** Below the base path, e.g. `/workspaces`. */
  path: string;
  /** JSON. */
  body?: string;
}

/** Sends it, and reads the answer. @returns its status and length, and its error's code */
export async function sendRest(
  { port, token }: HostileTarget,
  { method, path, body }: RestInput,
): Promise<string> {
  const base = `http://127.0.0.1:${port}/api/v1.0/engagement/spaces/${demo.slug}/notebooks`;
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(base + path, { method, headers, body });
  const bytes = Buffer.from(await response.arrayBuffer());
  const code = response.ok ? 'ok' : (/"code":"(\w+)"/.exec(bytes.toString('latin1'))?.[1] ?? 'no code');
  return `${response.status} ${code}, ${(bytes.length / 1024).toFixed(0)} KiB`;
}
