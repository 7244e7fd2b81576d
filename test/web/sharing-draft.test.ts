import { expect, it } from 'vitest';
import {
  hasChanges,
  inputOf,
  mayLoseManage,
  newDraft,
  type PrincipalKey,
  rowsOf,
  type Sharing,
  withLevel,
  withSaved,
  withVisibility,
} from '../../web/src/sharing/sharing-draft.js';

type Levels = Record<PrincipalKey, 'view' | 'manage'>;
const sharing = (
  levels: Levels,
  visibility: Sharing['visibility'] = 'shared',
  ownerUserId = 'owner',
): Sharing => ({
  ...{ visibility, ownerUserId, etag: JSON.stringify([levels, visibility, ownerUserId]) },
  levels: new Map(Object.entries(levels) as [PrincipalKey, 'view' | 'manage'][]),
});
const saved = sharing({ 'user:ada': 'view', 'team:one': 'manage' });

it('a draft has the saved grants, those to be removed too, and sends the others whole', () => {
  const draft = withLevel(withLevel(newDraft(saved), 'team:one', null), 'user:bob', 'manage');
  expect(rowsOf(draft)).toEqual([
    { key: 'user:ada', before: 'view', after: 'view' },
    { key: 'team:one', before: 'manage', after: null },
    { key: 'user:bob', before: undefined, after: 'manage' },
  ]);
  expect(inputOf(draft)).toEqual({
    visibility: undefined,
    grants: [
      { principalType: 'user', principalId: 'ada', accessLevel: 'view' },
      { principalType: 'user', principalId: 'bob', accessLevel: 'manage' },
    ],
  });
});

it('what is put back as it was is no change', () => {
  const changed = withVisibility(withLevel(newDraft(saved), 'user:ada', null), 'space');
  expect(hasChanges(changed)).toBe(true);
  expect(hasChanges(withVisibility(withLevel(changed, 'user:ada', 'view'), 'shared'))).toBe(false);
  const added = withLevel(newDraft(saved), 'user:bob', 'view');
  expect(hasChanges(withLevel(added, 'user:bob', null))).toBe(false);
});

it('over a newer answer, what others changed is as they left it, and other changes stay', () => {
  const mine = withLevel(withLevel(newDraft(saved), 'user:ada', 'manage'), 'user:bob', 'view');
  const draft = withSaved(withVisibility(mine, 'private'), sharing({ 'team:one': 'manage' }, 'shared'));
  expect(rowsOf(draft)).toEqual([
    { key: 'team:one', before: 'manage', after: 'manage' },
    { key: 'user:bob', before: undefined, after: 'view' },
  ]);
  expect(draft.visibility).toBe('private');
  expect(draft.byOthers).toEqual({ visibility: false, owner: false, keys: new Set(['user:ada']) });
});

it('an answer without news leaves the draft as it is, and without own changes nothing is reported', () => {
  const draft = withLevel(newDraft(saved), 'user:bob', 'view');
  expect(withSaved(draft, { ...saved })).toBe(draft);
  const retagged = { ...saved, etag: 'another' };
  expect(withSaved(draft, retagged)).toEqual({ ...draft, saved: retagged });
  expect(withSaved(draft, retagged).byOthers).toBe(draft.byOthers);
  const given = sharing({ 'user:ada': 'view', 'team:one': 'manage' }, 'shared', 'grace');
  expect(withSaved(draft, given)).toMatchObject({ byOthers: { owner: true }, levels: draft.levels });
  expect(withSaved(newDraft(saved), sharing({}, 'space'))).toEqual(newDraft(sharing({}, 'space')));
});

it('a user may lose the access that a grant of theirs or of a team gives', () => {
  expect(mayLoseManage(withLevel(newDraft(saved), 'user:ada', null), 'bob')).toBe(false);
  expect(mayLoseManage(withLevel(newDraft(saved), 'team:one', 'view'), 'bob')).toBe(true);
  expect(mayLoseManage(withVisibility(newDraft(saved), 'space'), 'bob')).toBe(true);
});
