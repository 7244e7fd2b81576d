import type { z } from 'zod';
import { fieldsOf } from '../payloads/fields-of.js';
import type { KeyedRequest } from './keyed-request.js';

/**
 * What a request names, by the names of GraphQL: `workspace_id` as `workspaceId`. It takes the parameters of the path, and
 * from the parsed body the texts of the fields that the route knows; a body that is not a JSON object names nothing.
 */
export function namesOf(
  params: Record<string, string>,
  body: unknown,
  schema: z.ZodType | undefined,
): KeyedRequest['names'] {
  const { space = '', ...others } = params;
  const known = schema ? fieldsOf(schema) : {};
  const inBody = Object.entries(Object(body)).filter(
    ([name, value]) => Object.hasOwn(known, name) && typeof value === 'string',
  ) as [string, string][];
  const named = [...inBody, ...Object.entries(others)].map(([name, value]) => [camelCase(name), value]);
  return { ...Object.fromEntries(named), spaceSlug: space };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
