import { exampleOperations } from './example-operations.js';

/**
 * The part of the page's script that opens GraphiQL. Its `fetcher` sends the token with each request. A subscription goes to
 * `/graphql/stream`, and its events are shown one below the other. The address of the page always has the operation of the
 * open tab in its fragment, which browsers do not send to servers; it has neither the token nor other headers.
 */
export const explorerScript = `
const maxEvents = 200;
const examples = ${JSON.stringify(exampleOperations)};
function headersOf(token, given) {
  const headers = new Headers(given ?? {});
  if (!headers.has('authorization')) headers.set('authorization', 'Bearer ' + token);
  return Object.fromEntries(headers);
}
function isSubscription(document, name) {
  const operations = (document?.definitions ?? []).filter((one) => one.kind === 'OperationDefinition');
  const chosen = operations.length > 1 ? operations.find((one) => one.name?.value === name) : operations[0];
  return chosen?.operation === 'subscription';
}
function fetcherOf(token) {
  return async (params, options) => {
    const headers = headersOf(token, options?.headers);
    if (isSubscription(options?.documentAST, params.operationName)) return events(params, headers);
    headers['content-type'] = 'application/json';
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(params) });
    return response.json();
  };
}
function events(params, headers) {
  return {
    subscribe(observer) {
      const client = graphqlSse.createClient({ url: '/graphql/stream', headers, retryAttempts: 0 });
      const shown = [];
      let left = 0;
      let timer;
      // An operation may have a thousand events a second.
      const show = () => {
        clearTimeout(timer);
        timer = undefined;
        if (shown.length > 0) observer.next(left ? { earlierEvents: left, events: shown } : { events: shown });
      };
      const unsubscribe = client.subscribe(params, {
        next(result) {
          if (shown.push(result) > maxEvents) {
            shown.shift();
            left++;
          }
          timer ??= setTimeout(show, 100);
        },
        async error(error) {
          show();
          observer.error(await error.response?.json().catch(() => null) ?? error);
        },
        complete() {
          show();
          observer.complete();
        },
      });
      return {
        unsubscribe() {
          unsubscribe();
          show();
        },
      };
    },
  };
}
function operationOf(address) {
  const params = new URLSearchParams(address);
  return params.has('query') ? { query: params.get('query'), variables: params.get('variables') ?? '' } : null;
}
function addressOf({ query, variables }) {
  const params = new URLSearchParams({ query: query ?? '' });
  if (variables) params.set('variables', variables);
  return location.pathname + '#' + params;
}
function openExplorer(token) {
  const linked = operationOf(location.hash.slice(1)) ?? operationOf(location.search);
  let timer;
  const onTabChange = ({ tabs, activeTabIndex }) => {
    clearTimeout(timer);
    // Browsers limit how often the address may change.
    timer = setTimeout(() => history.replaceState(null, '', addressOf(tabs[activeTabIndex])), 300);
  };
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    title: 'Notebook gateway',
    shouldPersistHeaders: false,
    defaultQuery: '',
    defaultTabs: linked ? [linked, ...examples] : examples,
    ...linked,
    // In place of that of the library, which writes into the part of the address that servers receive.
    onEditQuery() {},
    onTabChange,
    fetcher: fetcherOf(token),
  });
  addEventListener('hashchange', () => {
    if (operationOf(location.hash.slice(1))) location.reload();
  });
}
`;
