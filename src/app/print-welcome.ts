import { join } from 'node:path';
import { demo } from '../../prisma/seed.js';
import type { AdminToken } from '../access/ensure-admin.js';
import type { Config } from '../config.js';

/** What {@link printWelcome} prints. */
export interface Welcome {
  config: Config;
  port: number;
  adminToken: AdminToken;
}

/** The page of the demo's notebook. */
const welcomePage = `spaces/${demo.slug}/workspaces/${demo.workspaceId}/notebook?${new URLSearchParams({ path: demo.notebookPath })}`;

/** Addresses that stand for all of a machine. */
const wildcards = ['0.0.0.0', '::'];

/**
 * Prints where the gateway listens, where the token is, three commands to try, and as the last line a link that opens the
 * dashboard, at the first start the notebook of the demo. Where the token may be printed, the link signs in: in a terminal, and where this start generated it. It is in the
 * fragment, which browsers do not send to servers.
 */
export function printWelcome(at: Welcome): void {
  const { config, adminToken, port } = at;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${host}:${port}`;
  const lines = ['', `Listening on ${url}`, `GraphiQL:  ${url}/graphql`];
  if (config.adminToken) lines.push('Token:     the one in ADMIN_TOKEN');
  else if (adminToken.isNew) lines.push(`Token:     ${adminToken.token}`);
  else lines.push(`Token:     in ${join(config.dataDir, 'admin-token')}`);
  if (config.demo) lines.push(...commands(config, url));
  lines.push('', `Open ${linkOf(at)}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function commands(config: Config, url: string): string[] {
  const base = `${url}/api/v1.0/engagement/spaces/${demo.slug}/notebooks`;
  const token = config.adminToken
    ? 'export TOKEN="$ADMIN_TOKEN"'
    : `export TOKEN=$(cat ${join(config.dataDir, 'admin-token')})`;
  return [
    '',
    'Try this in another terminal:',
    '',
    `  ${token}`,
    '',
    `  curl -s -H "Authorization: Bearer $TOKEN" ${base}/workspaces`,
    '',
    `  SESSION=$(curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `    -d '{"workspace_id":"${demo.workspaceId}","path":"${demo.notebookPath}"}' \\`,
    `    ${base}/sessions | sed -E 's/.*"id":"([^"]+)".*/\\1/')`,
    '',
    `  curl -sN -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `    -d '{"code":"for i in range(3): print(i)"}' ${base}/sessions/$SESSION/execute/stream`,
  ];
}

function linkOf({ config, port, adminToken }: Welcome): string {
  const named = wildcards.includes(config.host) ? 'localhost' : config.host;
  const page = config.demo && adminToken.isNew ? welcomePage : '';
  const url = `http://${named.includes(':') ? `[${named}]` : named}:${port}/${page}`;
  const mayPrint = !config.adminToken && (adminToken.isNew || process.stdout.isTTY);
  return mayPrint
    ? `${url}#token=${encodeURIComponent(adminToken.token)}`
    : `${url} and sign in with the token`;
}
