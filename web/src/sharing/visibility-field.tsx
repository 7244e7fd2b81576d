import type { Visibility } from '../../generated/shell.js';
import { Field } from '../components/field.js';

const texts: Record<Visibility, string> = {
  private: 'its owner and space admins',
  shared: 'also the people and teams below',
  space: 'all members of the space',
};

/** Who can view a workspace. */
export function VisibilityField({
  value,
  onChange,
}: {
  value: Visibility;
  onChange: (value: Visibility) => void;
}) {
  return (
    <Field label="Visible to" hint="Whoever can view it and is an editor of the space can edit it.">
      {(field) => (
        <select {...field} value={value} onChange={(event) => onChange(event.target.value as Visibility)}>
          {Object.entries(texts).map(([visibility, text]) => (
            <option key={visibility} value={visibility}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
