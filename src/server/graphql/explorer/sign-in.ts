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

const defaultQuery = `{
  me {
    name
  }
  space(slug: "demo") {
    workspaces {
      nodes {
        id
        name
        files(first: 20) {
          nodes {
            path
          }
        }
      }
    }
  }
}
`;

/**
 * The script of the page. The token stays in memory, and in the storage of the tab only if the user asks for it. GraphiQL
 * sends it with each request, but does not see it in its header editor, which it could store.
 */
export const pageScript = `
(() => {
  const key = 'notebook-gateway-token';
  const form = document.querySelector('#sign-in');
  const alert = form.querySelector('[role=alert]');
  const options = { title: 'Notebook gateway', shouldPersistHeaders: false, defaultQuery: ${JSON.stringify(defaultQuery)} };
  async function refusal(token) {
    const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
    const response = await fetch('/graphql', { method: 'POST', headers, body: '{"query":"{ me { id } }"}' });
    if (response.ok) return null;
    const { errors } = await response.json();
    return errors[0].message;
  }
  async function open(token, keep) {
    alert.textContent = (await refusal(token).catch(() => 'The gateway does not answer, or this is no token.')) ?? '';
    if (alert.textContent) {
      sessionStorage.removeItem(key);
      return;
    }
    if (keep) sessionStorage.setItem(key, token);
    form.remove();
    const additionalHeaders = { authorization: 'Bearer ' + token };
    YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), { ...options, additionalHeaders });
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    open(form.elements.token.value.trim(), form.elements.keep.checked);
  });
  const kept = sessionStorage.getItem(key);
  if (kept) open(kept, true);
})();
`;
