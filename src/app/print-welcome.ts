import { join } from 'node:path';
import { demo } from '../../prisma/seed.js';
import type { AdminToken } from '../access/ensure-admin.js';
import type { Config } from '../config.js';

/** Prints where the gateway listens, where the token is, and three commands to try. */
export function printWelcome(at: { config: Config; port: number; adminToken: AdminToken }): void {
  const { config, adminToken } = at;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${host}:${at.port}`;
  const base = `${url}/api/v1.0/engagement/spaces/${demo.slug}/notebooks`;
  const lines = ['', `Listening on ${url}`, `GraphiQL:  ${url}/graphql`];
  if (config.adminToken) lines.push('Token:     the one in ADMIN_TOKEN');
  else if (adminToken.isNew) lines.push(`Token:     ${adminToken.token}`);
  else lines.push(`Token:     in ${join(config.dataDir, 'admin-token')}`);
  if (config.demo) {
    const token = config.adminToken
      ? 'export TOKEN="$ADMIN_TOKEN"'
      : `export TOKEN=$(cat ${join(config.dataDir, 'admin-token')})`;
    lines.push(
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
    );
  }
  process.stdout.write(`${lines.join('\n')}\n\n`);
}
