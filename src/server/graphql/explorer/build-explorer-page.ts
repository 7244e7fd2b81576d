import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { explorerScript } from './explorer-script.js';
import { signInForm, signInScript, signInStyle } from './sign-in.js';

/** The explorer as one HTML document without references to other files. */
export interface ExplorerPage {
  html: string;
  /** The header `Content-Security-Policy`: the page runs its own scripts only, and no other page may embed it. */
  contentSecurityPolicy: string;
}

/** GraphiQL moves a tab with the focus to the end of the row, so that the first press on it would miss it. */
const tabStyle = '.graphiql-container .graphiql-tab { transform: none !important; }';

const renderCall = 'YogaGraphiQL.renderYogaGraphiQL(';

/**
 * Builds the page of the explorer, GraphiQL behind a form that asks for a token.
 * @throws Error when the package with GraphiQL has another form than this version of the gateway expects
 */
export async function buildExplorerPage(): Promise<ExplorerPage> {
  // It has nine megabytes, so it is loaded when a browser first opens the page.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({});
  const style = between(page, '<style>', '</style>', page.indexOf('</style>'));
  const library = between(page, '<script>', renderCall, page.lastIndexOf(renderCall));
  const pageScript = `(() => {${explorerScript}${signInScript}})();`;
  // A browser hashes the text of a script after it has normalized the line ends.
  const scripts = [library, await readEventClient(), pageScript].map((script) =>
    script.replace(/\r\n?/g, '\n'),
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Notebook gateway</title>
<link rel="icon" href="data:,">
<style>${style}${signInStyle}${tabStyle}</style>
</head>
<body class="no-focus-outline">
${signInForm}
<div id="root"></div>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
  return { html, contentSecurityPolicy: policyOf(scripts) };
}

/** The client of graphql-sse as a script for browsers, which defines `graphqlSse`. */
function readEventClient(): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('graphql-sse/package.json');
  return readFile(join(dirname(manifest), 'umd/graphql-sse.min.js'), 'utf8');
}

function policyOf(scripts: string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    // The editors write their styles at run time, and run in workers made of blobs.
    "style-src 'unsafe-inline'",
    'worker-src blob:',
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The part of a text after the first `start` and before the position `to`. */
function between(text: string, start: string, end: string, to: number): string {
  const from = text.indexOf(start);
  if (from === -1 || to < from) throw new Error(`The page of GraphiQL has no ${start} … ${end}.`);
  return text.slice(from + start.length, to);
}
