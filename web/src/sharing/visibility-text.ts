import type { Visibility } from '../../generated/shell.js';

const texts: Record<Visibility, string> = {
  private: 'private',
  shared: 'shared with some',
  space: 'visible to the whole space',
};

/** Who can view a workspace, in a few words. */
export const visibilityText = (visibility: Visibility) => texts[visibility];
