import { Dialog } from '../components/dialog.js';
import { useSession } from './session.js';

/** Asks before the token of a link replaces the one in use. */
export function LinkDialog() {
  const { linkToken, signIn, ignoreLink } = useSession();
  if (linkToken === null) return null;
  return (
    <Dialog title="Sign in with another token?" onClose={ignoreLink}>
      <p>
        The link that you followed has the token of a user, maybe of somebody else. What you do with it is
        done in that user's name.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn(linkToken, false);
        }}
      >
        <footer>
          <button type="button" className="primary" onClick={ignoreLink}>
            Stay signed in as you are
          </button>
          <button type="submit">Use the token of the link</button>
        </footer>
      </form>
    </Dialog>
  );
}
