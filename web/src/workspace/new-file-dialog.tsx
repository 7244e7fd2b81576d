import type { FormEvent } from 'react';
import { CreateFileDocument } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { navigate } from '../router/router.js';
import { addressOf } from '../router/routes.js';
import { newNotebook } from './new-notebook.js';

/** Asks for the path of a new file, creates it with one commit and opens it. */
export function NewFileDialog({
  slug,
  workspaceId,
  branch,
  folder,
  kind,
  onClose,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  /** Where it is by default. */
  folder: string;
  kind: 'notebook' | 'text';
  onClose: () => void;
}) {
  const client = useClient();
  const create = useAction(CreateFileDocument);
  const isNotebook = kind === 'notebook';
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const { path: typed = '' } = formValues(event);
    const path = isNotebook && !typed.endsWith('.ipynb') ? `${typed}.ipynb` : typed;
    const content = isNotebook ? { notebook: await newNotebook(client, slug) } : { content: '' };
    const created = await create.run({
      spaceSlug: slug,
      in: { workspaceId },
      input: { path, branch, kind, ...content },
    });
    if (created) navigate(addressOf.anyFile({ slug, workspaceId, path, branch }));
  };
  const prefix = folder === '' ? '' : `${folder}/`;
  return (
    <Dialog title={isNotebook ? 'New notebook' : 'New text file'} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="Path" hint={`On the branch ${branch}. Folders are created as they are needed.`}>
          {(field) => (
            <input
              {...field}
              name="path"
              required
              maxLength={500}
              autoComplete="off"
              spellCheck={false}
              defaultValue={`${prefix}${isNotebook ? 'untitled.ipynb' : 'notes.md'}`}
            />
          )}
        </Field>
        <FormFooter {...create} submit="Create" onClose={onClose} />
      </form>
    </Dialog>
  );
}
