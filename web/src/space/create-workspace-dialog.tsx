import { type FormEvent, useState } from 'react';
import { CreateRepositoryDocument, CreateWorkspaceDocument, type Visibility } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { navigate } from '../router/router.js';
import { addressOf } from '../router/routes.js';

const newRepository = 'new';

/** Asks for the name and the repository of a new workspace, creates it and opens it. */
export function CreateWorkspaceDialog({
  slug,
  repositories,
  mayCreateRepository,
  onClose,
}: {
  slug: string;
  repositories: { id: string; name: string }[];
  mayCreateRepository: boolean;
  onClose: () => void;
}) {
  const createRepository = useAction(CreateRepositoryDocument);
  const createWorkspace = useAction(CreateWorkspaceDocument);
  const [repository, setRepository] = useState(repositories[0]?.id ?? newRepository);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const { name = '', repositoryName = '', visibility } = formValues(event);
    let defaultRepositoryId = repository;
    if (repository === newRepository) {
      const created = await createRepository.run({
        spaceSlug: slug,
        input: { name: repositoryName, kind: 'project' },
      });
      if (!created) return;
      defaultRepositoryId = created.createRepository.id;
      // A second try, after a fault of the workspace, uses it.
      setRepository(defaultRepositoryId);
    }
    const input = { name, defaultRepositoryId, visibility: visibility as Visibility };
    const created = await createWorkspace.run({ spaceSlug: slug, input });
    if (created) navigate(addressOf.workspace(slug, created.createWorkspace.id));
  };
  const isKnown = repository === newRepository || repositories.some(({ id }) => id === repository);
  return (
    <Dialog title="New workspace" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="Name">
          {(field) => <input {...field} name="name" required maxLength={200} autoComplete="off" />}
        </Field>
        <Field label="Repository">
          {(field) => (
            <select {...field} value={repository} onChange={(event) => setRepository(event.target.value)}>
              {repositories.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
              {!isKnown && <option value={repository}>the new repository</option>}
              {mayCreateRepository && <option value={newRepository}>A new repository…</option>}
            </select>
          )}
        </Field>
        {repository === newRepository && (
          <Field label="Name of the repository" hint="Letters, digits, dots, underscores and hyphens.">
            {(field) => (
              <input
                {...field}
                name="repositoryName"
                required
                maxLength={100}
                pattern="[A-Za-z0-9._\-]+"
                autoComplete="off"
              />
            )}
          </Field>
        )}
        <VisibilityField />
        <FormFooter
          fault={createRepository.fault ?? createWorkspace.fault}
          isBusy={createRepository.isBusy || createWorkspace.isBusy}
          submit="Create"
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}

function VisibilityField() {
  return (
    <Field label="Visible to">
      {(field) => (
        <select {...field} name="visibility" defaultValue="private">
          <option value="private">me and the admins of the space</option>
          <option value="shared">people and teams that it is shared with</option>
          <option value="space">all members of the space</option>
        </select>
      )}
    </Field>
  );
}
