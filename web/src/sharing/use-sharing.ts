import { useEffect, useState } from 'react';
import type { Client } from 'urql';
import { ReplaceAccessDocument, WorkspaceSharingDocument } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import { type ApiFault, faultOf } from '../api/api-error.js';
import { useLiveQuery } from '../space/use-live-query.js';
import { inputOf, newDraft, type Sharing, type SharingDraft, sharingOf, withSaved } from './sharing-draft.js';

/** The sharing of a workspace while it is edited. */
export interface EditedSharing {
  /** Undefined before the first answer. */
  draft: SharingDraft | undefined;
  owner: { id: string; name: string } | undefined;
  /** Whether the signed-in user is an admin of the space. */
  isSpaceAdmin: boolean;
  edit(change: (draft: SharingDraft) => SharingDraft): void;
  /** Saves the draft, unless others have changed the sharing since it was read. @returns whether it was saved */
  save(draft: SharingDraft): Promise<boolean>;
  isBusy: boolean;
  fault: ApiFault | null;
}

/** Reads the sharing of a workspace, follows what others change in it, and saves a draft of it. */
export function useSharing(slug: string, workspaceId: string): EditedSharing {
  const client = useClient();
  const live = useLiveQuery(
    WorkspaceSharingDocument,
    { slug, id: workspaceId },
    (item) => item.__typename === 'SpaceWorkspaceEvent' && item.workspaceId === workspaceId,
  );
  const [draft, setDraft] = useState<SharingDraft>();
  const [saving, setSaving] = useState<{ isBusy: boolean; fault: ApiFault | null }>({
    isBusy: false,
    fault: null,
  });
  const space = live.data?.space;
  const access = space?.workspace.access;
  useEffect(() => {
    if (access) setDraft((before) => draftOver(before, sharingOf(access)));
  }, [access]);
  const save = async (edited: SharingDraft) => {
    setSaving({ isBusy: true, fault: null });
    const { newest, isSaved, fault } = await saveDraft(client, slug, workspaceId, edited);
    setSaving({ isBusy: false, fault });
    if (newest) setDraft((before) => draftOver(before, newest));
    return isSaved;
  };
  return {
    draft,
    owner: space?.workspace.owner,
    isSpaceAdmin: space?.role === 'admin',
    edit: (change) => setDraft((before) => before && change(before)),
    save,
    isBusy: saving.isBusy,
    fault: saving.fault ?? live.fault,
  };
}

const draftOver = (before: SharingDraft | undefined, saved: Sharing) =>
  before ? withSaved(before, saved) : newDraft(saved);

/** A save that is refused for what nobody sees, such as the new id of a grant, is tried so often. */
const maxTries = 3;

/** Saves a draft where the sharing is still the one that the draft knows; else reads what it is now. */
async function saveDraft(
  client: Client,
  slug: string,
  id: string,
  draft: SharingDraft,
): Promise<{ newest?: Sharing; isSaved: boolean; fault: ApiFault | null }> {
  let base = draft;
  for (let tries = 1; ; tries++) {
    const variables = { spaceSlug: slug, id, input: inputOf(base), ifMatch: [base.saved.etag] };
    const { error } = await client.mutation(ReplaceAccessDocument, variables).toPromise();
    if (!error) return { isSaved: true, fault: null };
    const fault = faultOf(error);
    if (fault.code !== 'precondition_failed') return { isSaved: false, fault };
    const read = await client
      .query(WorkspaceSharingDocument, { slug, id }, { requestPolicy: 'network-only' })
      .toPromise();
    if (read.error) return { isSaved: false, fault: faultOf(read.error) };
    const newest = sharingOf(read.data!.space.workspace.access);
    const next = withSaved(base, newest);
    if (next.byOthers !== base.byOthers) return { newest, isSaved: false, fault: null };
    if (tries === maxTries) return { newest, isSaved: false, fault };
    base = next;
  }
}
