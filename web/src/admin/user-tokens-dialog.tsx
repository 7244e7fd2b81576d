import { TokensOfUserDocument } from '../../generated/shell.js';
import { Dialog } from '../components/dialog.js';
import { usePages } from '../paging/use-pages.js';
import { TokenRows } from './token-rows.js';

/** The API tokens of another user, for platform admins. */
export function UserTokensDialog({
  user,
  onClose,
}: {
  user: { id: string; name: string; email: string };
  onClose: () => void;
}) {
  // The API has no field for one user, but it finds them by their address.
  const tokens = usePages(TokensOfUserDocument, { search: user.email }, ({ users }) => {
    return users.nodes.find(({ id }) => id === user.id)?.apiTokens;
  });
  return (
    <Dialog title={`Tokens of ${user.name}`} onClose={onClose}>
      <TokenRows tokens={tokens} />
    </Dialog>
  );
}
