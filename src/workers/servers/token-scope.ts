/** The scope of the encrypted token of a server: the server and its origin (scheme, host and port). */
export function tokenScope(serverId: string, baseUrl: string): string {
  return `jupyter-server ${serverId} ${new URL(baseUrl).origin}`;
}
