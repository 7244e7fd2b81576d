/** What the CLI calls an unreachable server and a missing database. */
const unreachable = 'P1001';
const missing = 'P1003';

/**
 * Runs a `cli` sub-command and returns its exit code; a failure goes to stderr as the log line that the CLI reads.
 * Databases are made with PostgreSQL's own `createdb`, so `can-connect-to-database` is the only command.
 *
 * @param {string} command
 * @param {ReturnType<typeof import('./datasource.mjs').openDatasource>} datasource
 */
export async function runCliCommand(command, datasource) {
  if (command !== 'can-connect-to-database')
    return fail(missing, 'Make the database first, e.g. with createdb.');
  // An embedded database is made when it is opened.
  if (!datasource.onServer) return 0;
  try {
    const connection = await datasource.factory.connect();
    await connection.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] });
    return 0;
  } catch (error) {
    return fail(error.cause?.kind === 'DatabaseDoesNotExist' ? missing : unreachable, error.message);
  }
}

function fail(code, message) {
  const fields = { error_code: code, message };
  // The CLI skips the first line, which is the native engine's greeting.
  process.stderr.write(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`);
  return 1;
}
