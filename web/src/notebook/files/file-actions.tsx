import { DeletePageFileDocument } from '../../../generated/notebook.js';
import { ConfirmButton } from '../../components/confirm-button.js';
import { navigate } from '../../router/router.js';
import { addressOf, folderOf } from '../../router/routes.js';
import { fileName } from '../storage/page-file.js';
import { RenameButton } from './rename-button.js';
import { type FileActionsProps, useFileAction } from './use-file-action.js';

/** Renames and deletes the file of a page. */
export function FileActions(props: FileActionsProps) {
  const remove = useFileAction(DeletePageFileDocument, props);
  const { slug, workspaceId, path, branch } = props.page;
  return (
    <>
      <RenameButton {...props} />
      <ConfirmButton
        label="Delete"
        title={`Delete ${fileName(path)}?`}
        {...remove}
        onConfirm={async () => {
          const isDeleted = await remove.run({});
          if (isDeleted) navigate(addressOf.workspace(slug, workspaceId, branch, folderOf(path)));
          return isDeleted;
        }}
      >
        <p>It is deleted on the branch {branch}. Its versions stay in the history.</p>
      </ConfirmButton>
    </>
  );
}
