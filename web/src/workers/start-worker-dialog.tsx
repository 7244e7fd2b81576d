import { useQuery } from 'urql';
import { StartWorkerDocument, WorkerChoicesDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { Loading } from '../components/loading.js';

/** Asks which kernel and which resources a new worker has. */
export function StartWorkerDialog({
  slug,
  workspaceId,
  branch,
  onClose,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  onClose: () => void;
}) {
  const [{ data }] = useQuery({ query: WorkerChoicesDocument, variables: { slug } });
  const start = useAction(StartWorkerDocument);
  if (!data) {
    return (
      <Dialog title="Start a worker" onClose={onClose}>
        <Loading what="the kernel profiles" />
      </Dialog>
    );
  }
  const { kernelProfiles, workerResourceClasses } = data.space;
  const usual = (rows: { id: string; isDefault: boolean }[]) => rows.find(({ isDefault }) => isDefault)?.id;
  return (
    <Dialog title="Start a worker" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          const { kernelProfileId, resourceClassId } = formValues(event);
          const input = { workspaceId, branch, kernelProfileId, resourceClassId };
          if (await start.run({ spaceSlug: slug, input })) onClose();
        }}
      >
        <Field
          label="Kernel profile"
          hint="Other Python packages: name them in a file requirements.txt at the root of the branch. Each new worker has them."
        >
          {(field) => (
            <select {...field} name="kernelProfileId" defaultValue={usual(kernelProfiles)}>
              {kernelProfiles.map(({ id, displayName, isAvailable, unavailableReason }) => (
                <option key={id} value={id} disabled={!isAvailable}>
                  {displayName}
                  {isAvailable ? '' : ` (${unavailableReason})`}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Resources">
          {(field) => (
            <select {...field} name="resourceClassId" defaultValue={usual(workerResourceClasses)}>
              {workerResourceClasses
                .filter(({ isEnabled }) => isEnabled)
                .map(({ id, name, cpuLimit, memoryMb }) => (
                  <option key={id} value={id}>
                    {name}: {cpuLimit} cores, {memoryMb} MiB
                  </option>
                ))}
            </select>
          )}
        </Field>
        <FormFooter {...start} submit="Start" onClose={onClose} />
      </form>
    </Dialog>
  );
}
