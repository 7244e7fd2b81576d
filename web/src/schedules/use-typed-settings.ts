import { useState } from 'react';
import { NotebookStateDocument } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import { type ApiFault, faultOf } from '../api/api-error.js';
import { readParameters } from './read-parameters.js';
import type { ScheduleTexts } from './schedule-texts.js';

/**
 * Checks what was typed into the form of a schedule before it is sent. The gateway looks for the notebook only when a run is
 * due, so it is looked for here before: a mistyped path would suspend the schedule hours later.
 */
export function useTypedSettings({
  slug,
  workspaceId,
  notebooksOf,
}: {
  slug: string;
  workspaceId: string;
  /** The branch, tag or commit that has the notebook. */
  notebooksOf: string;
}) {
  const client = useClient();
  const [isChecking, setChecking] = useState(false);
  const [refusal, setRefusal] = useState<ApiFault | null>(null);
  /** @returns why there is no such notebook */
  const find = async (path: string): Promise<ApiFault | null> => {
    setChecking(true);
    const variables = { slug, workspaceId, path, ref: notebooksOf };
    const { error } = await client
      .query(NotebookStateDocument, variables, { requestPolicy: 'network-only' })
      .toPromise();
    setChecking(false);
    return error ? faultOf(error) : null;
  };
  /**
   * @param texts what is absent is not checked
   * @returns the parameters, undefined for none; null for what is not to be sent: `refusal` says why
   */
  const check = async ({ path, parameters: text = '' }: Partial<ScheduleTexts>) => {
    const { parameters, fault } = readParameters(text);
    const found = fault ?? (path === undefined ? null : await find(path));
    setRefusal(found);
    return found ? null : { parameters };
  };
  return { check, isChecking, refusal };
}
