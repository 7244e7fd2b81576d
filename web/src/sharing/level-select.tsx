import type { ComponentProps } from 'react';

/** Chooses what a grant gives: the values are levels of the API. */
export function LevelSelect(props: ComponentProps<'select'>) {
  return (
    <select {...props}>
      <option value="view">can view</option>
      <option value="manage">can manage</option>
    </select>
  );
}
