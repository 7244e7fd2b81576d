import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import pino from 'pino';
import { createBackends } from './app/create-backends.js';
import { forgetSecrets, secretVariables } from './app/forget-secrets.js';
import { openGateway } from './app/gateway.js';
import { printWelcome } from './app/print-welcome.js';
import { redirectConsole } from './app/redirect-console.js';
import { reportStep } from './app/report-step.js';
import { ConfigError, readConfig } from './config.js';
import { DomainError } from './errors.js';

/** The folder of the project, both for `dist/src/main.js` and for `src/main.ts`. */
function projectRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return here.includes('/dist/') ? join(here, '../..') : join(here, '..');
}

const maxStopMs = 10_000;
/** Enough to send the ends of streams, so that their clients reconnect. */
const lostMs = 200;
const notIsolated =
  'Local workers are not isolated here: a cell can read and change what the user of the gateway can, also its secrets. ' +
  'Let only people whom you trust run cells, or start the gateway where user namespaces are allowed.';

function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  await forgetSecrets(secretVariables);
  const pretty = process.stdout.isTTY && process.env.NODE_ENV !== 'production';
  const log = pino(
    { level: config.logLevel },
    pretty ? (await import('pino-pretty')).default({}) : undefined,
  );
  redirectConsole(log);
  const { open: openBackends, ready, isolation } = createBackends(config, log);
  // Its kernels belong to another gateway then, so nothing of them is ended or written in order.
  const onLost = () => setTimeout(() => process.exit(1), lostMs);
  const gateway = await reportStep('Opening the database, the repositories and the workers', () =>
    openGateway({
      config,
      log,
      onLost,
      migrationsDirectory: join(projectRoot(), 'prisma/migrations'),
      webDirectory: join(projectRoot(), 'dist/web'),
      openBackends,
    }),
  );

  const reason = ready && (await reportStep('Setting up Jupyter', () => ready));
  if (reason) process.stdout.write(`Cells cannot run: ${reason} Everything else works.\n`);
  if ((await isolation) === 'none') process.stdout.write(`${notIsolated}\n`);

  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    gateway.drain();
    const drainMs = config.drainSeconds * 1000;
    setTimeout(() => process.exit(1), drainMs + maxStopMs).unref();
    const closed = sleep(drainMs).then(() => gateway.close());
    closed.then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'a promise rejection was not handled'),
  );
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));

  gateway.server.once('error', (error: NodeJS.ErrnoException) => {
    const busy = error.code === 'EADDRINUSE';
    printError(busy ? `Port ${config.port} is in use; choose another with PORT=4001.` : error.message);
    process.exit(1);
  });
  // Without a host it listens on `::` too, or on 0.0.0.0 where there is no IPv6.
  gateway.server.listen({ port: config.port, host: config.host === '::' ? undefined : config.host }, () => {
    const address = gateway.server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    printWelcome({ config, port, adminToken: gateway.adminToken });
  });
}

main().catch((error) => {
  const plain = error instanceof ConfigError || error instanceof DomainError;
  printError(plain ? error.message : inspect(error));
  process.exit(1);
});
