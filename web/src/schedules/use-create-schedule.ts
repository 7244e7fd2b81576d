import { useState } from 'react';
import { CreateScheduleDocument, NotebookStateDocument } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import { type ApiFault, faultOf } from '../api/api-error.js';
import { useAction } from '../api/use-action.js';
import { readParameters } from './read-parameters.js';

/**
 * Creates schedules of the notebooks of a branch. The gateway looks for the notebook only when a run is due, so it is looked
 * for here before: a mistyped path would suspend the schedule hours later.
 */
export function useCreateSchedule({
  slug,
  workspaceId,
  branch,
  defaultBranch,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  /** Schedules of this branch name none: they follow the workspace when its branch is changed. */
  defaultBranch: string;
}) {
  const client = useClient();
  const action = useAction(CreateScheduleDocument);
  const [isChecking, setChecking] = useState(false);
  const [refusal, setRefusal] = useState<ApiFault | null>(null);
  /** @returns why there is no such notebook */
  const check = async (path: string): Promise<ApiFault | null> => {
    setChecking(true);
    const variables = { slug, workspaceId, path, ref: branch };
    const { error } = await client
      .query(NotebookStateDocument, variables, { requestPolicy: 'network-only' })
      .toPromise();
    setChecking(false);
    return error ? faultOf(error) : null;
  };
  /** @returns whether it was created: else `fault` says why */
  const create = async (values: Record<string, string>): Promise<boolean> => {
    const { path = '', cron = '', timeZone } = values;
    const { parameters, fault } = readParameters(values.parameters ?? '');
    const found = fault ?? (await check(path));
    setRefusal(found);
    if (found) return false;
    const ref = branch === defaultBranch ? undefined : branch;
    const input = { workspaceId, path, ref, cron, timeZone, parameters };
    return (await action.run({ spaceSlug: slug, input })) !== undefined;
  };
  return { create, isBusy: isChecking || action.isBusy, fault: refusal ?? action.fault };
}
