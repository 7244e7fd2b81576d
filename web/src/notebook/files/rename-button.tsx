import { type FormEvent, useState } from 'react';
import { RenamePageFileDocument } from '../../../generated/notebook.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { FormFooter } from '../../components/form-footer.js';
import { formValues } from '../../components/form-values.js';
import { navigate } from '../../router/router.js';
import { addressOf } from '../../router/routes.js';
import { type FileActionsProps, useFileAction } from './use-file-action.js';

/** Asks for another path of a file, moves it there with one commit and shows it. */
export function RenameButton(props: FileActionsProps) {
  const rename = useFileAction(RenamePageFileDocument, props);
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const { page } = props;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const { path: newPath = '' } = formValues(event);
    if (newPath === page.path) return close();
    if (await rename.run({ newPath })) navigate(addressOf.anyFile({ ...page, path: newPath }));
  };
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Rename
      </button>
      {isAsking && (
        <Dialog title="Rename the file" onClose={close}>
          <form onSubmit={submit}>
            <Field label="Path" hint="Another folder moves it there. Folders are created as they are needed.">
              {(field) => (
                <input
                  {...field}
                  name="path"
                  required
                  maxLength={500}
                  autoComplete="off"
                  spellCheck={false}
                  defaultValue={page.path}
                />
              )}
            </Field>
            <FormFooter {...rename} submit="Rename" onClose={close} />
          </form>
        </Dialog>
      )}
    </>
  );
}
