/** The form that asks for a token. */
export const signInForm = `<form id="sign-in" autocomplete="off">
<h1>GraphQL explorer</h1>
<label>API token <input name="token" type="password" required autofocus></label>
<label><input name="keep" type="checkbox"> Keep it until this tab is closed</label>
<button>Open</button>
<p role="alert"></p>
<noscript>The explorer needs JavaScript.</noscript>
</form>`;

/** The style of {@link signInForm}. */
export const signInStyle = `
#sign-in { max-width: 24rem; margin: 10vh auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
#sign-in label { display: block; margin: 1rem 0; }
#sign-in [name=token] { display: block; width: 100%; padding: .5rem; font: inherit; }
#sign-in button { padding: .5rem 1.5rem; font: inherit; }`;

/**
 * The part of the page's script that asks for a token and then calls `openExplorer(token)`. The token stays in memory, and in
 * the storage of the tab only if the user asks for it. GraphiQL never has it, so its header editor cannot store it.
 */
export const signInScript = `
const key = 'notebook-gateway-token';
const form = document.querySelector('#sign-in');
const alert = form.querySelector('[role=alert]');
async function refusal(token) {
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
  const response = await fetch('/graphql', { method: 'POST', headers, body: '{"query":"{ me { id } }"}' });
  if (response.ok) return null;
  const { errors } = await response.json();
  return errors[0].message;
}
async function signIn(token, keep) {
  alert.textContent = (await refusal(token).catch(() => 'The gateway does not answer, or this is no token.')) ?? '';
  if (alert.textContent) {
    sessionStorage.removeItem(key);
    return;
  }
  if (keep) sessionStorage.setItem(key, token);
  form.remove();
  openExplorer(token);
}
form.addEventListener('submit', (event) => {
  event.preventDefault();
  signIn(form.elements.token.value.trim(), form.elements.keep.checked);
});
const kept = sessionStorage.getItem(key);
if (kept) signIn(kept, true);
`;
