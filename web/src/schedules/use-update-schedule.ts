import { UpdateScheduleDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { changedTexts, type ScheduleTexts } from './schedule-texts.js';
import { useTypedSettings } from './use-typed-settings.js';

/** Changes a schedule. Only what the user has changed is sent, so what somebody else changes meanwhile stays. */
export function useUpdateSchedule({
  slug,
  workspaceId,
  id,
  notebooksOf,
  initial,
}: {
  slug: string;
  workspaceId: string;
  id: string;
  /** The branch, tag or commit that the schedule runs. */
  notebooksOf: string;
  /** What the form had when it opened. */
  initial: ScheduleTexts;
}) {
  const { check, isChecking, refusal } = useTypedSettings({ slug, workspaceId, notebooksOf });
  const action = useAction(UpdateScheduleDocument);
  /** @returns whether it is as the user wants it: else `fault` says why */
  const update = async (texts: ScheduleTexts): Promise<boolean> => {
    const changed = changedTexts(texts, initial);
    const checked = await check(changed);
    if (!checked) return false;
    const { parameters: text, ...input } = changed;
    // Null sets the default: no parameters.
    const parameters = text === undefined ? {} : { parameters: checked.parameters ?? null };
    if (Object.keys(changed).length === 0) return true;
    const variables = { spaceSlug: slug, id, input: { ...input, ...parameters } };
    return (await action.run(variables)) !== undefined;
  };
  return { update, isBusy: isChecking || action.isBusy, fault: refusal ?? action.fault };
}
