/** The way back to the pages, and the form that asks for a token. */
export const signInForm = `<nav id="pages"><a href="/">Notebook gateway</a> <a href="/docs">REST API</a></nav>
<form id="sign-in" autocomplete="off">
<h1>GraphQL explorer</h1>
<label>API token <input name="token" type="password" required autofocus></label>
<label><input name="keep" type="checkbox"> Keep it until this tab is closed</label>
<button>Open</button>
<p role="alert"></p>
<noscript>The explorer needs JavaScript.</noscript>
</form>`;

/** The style of {@link signInForm}, and of the explorer below it: the library gives it the height of the window. */
export const signInStyle = `
:root { color-scheme: light dark; }
body { display: flex; flex-direction: column; height: 100dvh; margin: 0; padding: 0; background: Canvas; color: CanvasText; }
#pages { display: flex; gap: 1rem; padding: .35rem 1rem; font: .9rem/1.5 system-ui, sans-serif; }
#pages a { color: light-dark(#0f766e, #2dd4bf); }
#root { flex: 1; min-height: 0; }
#root .graphiql-container { width: 100%; height: 100%; }
#sign-in { box-sizing: border-box; width: min(26rem, 100%); margin: 10vh auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
#sign-in label { display: block; margin: 1rem 0; }
#sign-in [name=token] { box-sizing: border-box; display: block; width: 100%; padding: .5rem; font: inherit; }
#sign-in button { padding: .5rem 1.5rem; font: inherit; }`;

/**
 * The part of the page's script that asks for a token and then calls `openExplorer(token)`. The token stays in memory, and in
 * the storage of the tab only if the user asks for it. Who is signed in on the pages in the same tab is not asked. GraphiQL
 * never has the token, so its header editor cannot store it.
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
// Of the pages in this tab, see web/src/sign-in/token-store.ts.
const ofPages = sessionStorage.getItem('notebook-gateway.token');
if (kept || ofPages) signIn(kept || ofPages, Boolean(kept));
`;
