// `npm start`: prepares a fresh clone, then runs the gateway in this process.
import { prepare } from './prepare.mjs';

prepare({ build: true });
await import('../../dist/src/main.js');
