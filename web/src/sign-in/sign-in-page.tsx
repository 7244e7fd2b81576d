import { type FormEvent, useState } from 'react';
import { checkToken } from './check-token.js';
import { useSession } from './session.js';

/** Asks for an API token, and checks it before it is used. */
export function SignInPage() {
  const { signIn, endReason } = useSession();
  const [fault, setFault] = useState(endReason);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const token = String(form.get('token')).trim();
    setBusy(true);
    const reason = await checkToken(token);
    setBusy(false);
    if (reason === null) signIn(token, form.get('keep') === 'on');
    else setFault(reason);
  };
  return (
    <main className="sign-in" id="main">
      <form onSubmit={submit}>
        <img src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Notebook gateway</h1>
        <p>Git-backed notebook workspaces with live kernels. Sign in with an API token.</p>
        <label>
          API token
          <input
            name="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            maxLength={8_192}
          />
        </label>
        <label className="check">
          <input name="keep" type="checkbox" /> Keep me signed in on this browser
        </label>
        {fault && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <button type="submit" className="primary" disabled={isBusy}>
          {isBusy ? 'Checking…' : 'Sign in'}
        </button>
        <p className="hint">
          The first token is printed when the gateway starts, and stored in <code>.data/admin-token</code>.
          Other tokens come from an admin. See also the <a href="/graphql">GraphQL explorer</a>.
        </p>
      </form>
    </main>
  );
}
