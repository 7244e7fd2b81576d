import { CreateScheduleDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import type { ScheduleTexts } from './schedule-texts.js';
import { useTypedSettings } from './use-typed-settings.js';

/** Creates schedules of the notebooks of a branch. */
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
  const { check, isChecking, refusal } = useTypedSettings({ slug, workspaceId, notebooksOf: branch });
  const action = useAction(CreateScheduleDocument);
  /** @returns whether it was created: else `fault` says why */
  const create = async (texts: ScheduleTexts): Promise<boolean> => {
    const checked = await check(texts);
    if (!checked) return false;
    const ref = branch === defaultBranch ? undefined : branch;
    const input = { ...texts, ...checked, workspaceId, ref };
    return (await action.run({ spaceSlug: slug, input })) !== undefined;
  };
  return { create, isBusy: isChecking || action.isBusy, fault: refusal ?? action.fault };
}
