// `npm run restore -- DIR`: builds the gateway, then writes a backup into an empty DATA_DIR and database.
import { prepare, root } from './prepare.mjs';

prepare({ build: true });
const { runCommand } = await import('../../dist/src/app/backup/run-command.js');
process.exit(await runCommand('restore', { root, folder: process.argv[2] }));
