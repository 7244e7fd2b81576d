// `npm run backup -- DIR`: builds the gateway, then copies its database, repositories and secrets into a folder.
import { prepare, root } from './prepare.mjs';

prepare({ build: true });
const { runCommand } = await import('../../dist/src/app/backup/run-command.js');
process.exit(await runCommand('backup', { root, folder: process.argv[2] }));
