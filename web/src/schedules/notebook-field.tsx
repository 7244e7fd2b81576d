import { useId } from 'react';
import { useQuery } from 'urql';
import { NotebooksOfBranchDocument } from '../../generated/shell.js';
import { Field } from '../components/field.js';

/** The control `path`: the path of a notebook, with those of a branch, tag or commit as suggestions. */
export function NotebookField({
  slug,
  workspaceId,
  notebooksOf,
  initial,
}: {
  slug: string;
  workspaceId: string;
  /** The branch, tag or commit. */
  notebooksOf: string;
  initial?: string | undefined;
}) {
  const listId = useId();
  const [{ data }] = useQuery({
    query: NotebooksOfBranchDocument,
    variables: { slug, workspaceId, ref: notebooksOf },
  });
  const { nodes = [], totalCount = 0 } = data?.space.workspace.files ?? {};
  const others =
    totalCount > nodes.length ? ` Only the first ${nodes.length} of ${totalCount} are suggested.` : '';
  return (
    <Field label="Notebook" hint={`Its path on ${notebooksOf}.${others}`}>
      {(field) => (
        <>
          <input
            {...field}
            name="path"
            list={listId}
            required
            maxLength={500}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={initial}
          />
          <datalist id={listId}>
            {nodes.map(({ path }) => (
              <option key={path} value={path} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
