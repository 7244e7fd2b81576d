import type { PrincipalKey, SharingDraft } from './sharing-draft.js';

/** Says what others have changed while the sharing was edited here. */
export function OthersNotice({
  visibility,
  owner,
  keys,
  nameOf,
}: SharingDraft['byOthers'] & { nameOf: (key: PrincipalKey) => string }) {
  const changed = [
    ...(visibility ? ['the visibility'] : []),
    ...(owner ? ['the owner'] : []),
    ...[...keys].map(nameOf),
  ];
  if (changed.length === 0) return null;
  return (
    <p className="notice" role="alert">
      The sharing was changed meanwhile: {changed.join(', ')}. Above it is as it is now. Your other changes
      are not saved yet.
    </p>
  );
}
