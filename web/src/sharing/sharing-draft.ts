import type {
  AccessLevel,
  PrincipalType,
  Visibility,
  WorkspaceAccessInput,
  WorkspaceSharingQuery,
} from '../../generated/shell.js';

/** A user or a team, by the type and the id. */
export type PrincipalKey = `${PrincipalType}:${string}`;

/** Who can use a workspace, beside the admins of the space. */
export interface Sharing {
  visibility: Visibility;
  ownerUserId: string;
  /** The levels of those with a grant. */
  levels: ReadonlyMap<PrincipalKey, AccessLevel>;
  /** The entity tag, which is another one after every change. */
  etag: string;
}

/** A sharing that is being edited: what the gateway has, and what is to be saved over it. */
export interface SharingDraft {
  saved: Sharing;
  /** Undefined: unchanged. */
  visibility: Visibility | undefined;
  /** Only levels that differ from the saved ones; null removes the grant. */
  levels: ReadonlyMap<PrincipalKey, AccessLevel | null>;
  /** What others have changed while something was edited here. */
  byOthers: { visibility: boolean; owner: boolean; keys: ReadonlySet<PrincipalKey> };
}

/** A user or a team in the list of a draft. */
export interface GrantRow {
  key: PrincipalKey;
  /** What the gateway has; undefined for a new one. */
  before: AccessLevel | undefined;
  /** What is saved next; null: no grant any more. */
  after: AccessLevel | null;
}

/** The sharing that an answer has. */
export function sharingOf({
  visibility,
  ownerUserId,
  grants,
  etag,
}: WorkspaceSharingQuery['space']['workspace']['access']): Sharing {
  const levels = new Map(
    grants.map((grant): [PrincipalKey, AccessLevel] => [
      `${grant.principalType}:${grant.principalId}`,
      grant.accessLevel,
    ]),
  );
  return { visibility, ownerUserId, levels, etag };
}

/** A draft of the newest sharing, without changes. */
export function newDraft(saved: Sharing): SharingDraft {
  return {
    saved,
    visibility: undefined,
    levels: new Map(),
    byOthers: { visibility: false, owner: false, keys: new Set() },
  };
}

/** The draft with another visibility. */
export function withVisibility(draft: SharingDraft, visibility: Visibility): SharingDraft {
  return { ...draft, visibility: visibility === draft.saved.visibility ? undefined : visibility };
}

/** The draft with another level of a user or team. @param level null to remove the grant */
export function withLevel(draft: SharingDraft, key: PrincipalKey, level: AccessLevel | null): SharingDraft {
  const levels = new Map(draft.levels);
  if (level === (draft.saved.levels.get(key) ?? null)) levels.delete(key);
  else levels.set(key, level);
  return { ...draft, levels };
}

/** Whether a draft has something to save. */
export const hasChanges = ({ visibility, levels }: SharingDraft) =>
  visibility !== undefined || levels.size > 0;

/**
 * The draft over a newer answer of the gateway. What others have changed since is as they left it, whatever was edited here;
 * the other changes stay.
 * @returns the same draft for the same answer; one with the same `byOthers` where nothing that is shown has changed
 */
export function withSaved(draft: SharingDraft, saved: Sharing): SharingDraft {
  if (draft.saved.etag === saved.etag) return draft;
  const isNewOwner = draft.saved.ownerUserId !== saved.ownerUserId;
  const isNewVisibility = draft.saved.visibility !== saved.visibility;
  const known = new Set([...draft.saved.levels.keys(), ...saved.levels.keys()]);
  const keys = [...known].filter((key) => draft.saved.levels.get(key) !== saved.levels.get(key));
  const isNews = isNewVisibility || isNewOwner || keys.length > 0;
  if (!isNews || !hasChanges(draft)) return { ...draft, saved };
  const levels = new Map(draft.levels);
  for (const key of keys) levels.delete(key);
  return {
    saved,
    visibility: isNewVisibility ? undefined : draft.visibility,
    levels,
    byOthers: {
      visibility: draft.byOthers.visibility || isNewVisibility,
      owner: draft.byOthers.owner || isNewOwner,
      keys: new Set([...draft.byOthers.keys, ...keys]),
    },
  };
}

/** All that the list of a draft has: the saved grants, also those to be removed, then the new ones. */
export function rowsOf({ saved, levels }: SharingDraft): GrantRow[] {
  const keys = new Set([...saved.levels.keys(), ...levels.keys()]);
  return [...keys].map((key) => {
    const before = saved.levels.get(key);
    const changed = levels.get(key);
    return { key, before, after: changed === undefined ? (before ?? null) : changed };
  });
}

/** What is sent to save a draft. A visibility that was not changed is left out, and stays as it is then. */
export function inputOf(draft: SharingDraft): WorkspaceAccessInput {
  const grants = rowsOf(draft).flatMap(({ key, after }) => {
    if (after === null) return [];
    const [principalType, principalId] = key.split(':') as [PrincipalType, string];
    return [{ principalType, principalId, accessLevel: after }];
  });
  return { visibility: draft.visibility, grants };
}

/**
 * Whether a draft takes from a user what lets them manage the workspace, or from a team that they may be in. Owners and
 * admins of the space need no grant.
 */
export function mayLoseManage(draft: SharingDraft, userId: string): boolean {
  const { saved, visibility } = draft;
  if (saved.visibility === 'shared' && visibility !== undefined) return true;
  return rowsOf(draft).some(
    ({ key, before, after }) =>
      before === 'manage' && after !== 'manage' && (key === `user:${userId}` || key.startsWith('team:')),
  );
}
