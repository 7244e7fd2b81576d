import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeIsolation } from '../../src/workers/backends/external/isolation.js';
import type { Sandbox } from '../../src/workers/backends/external/launcher-program.js';
import {
  LocalPackages,
  type LocalPackagesRequest,
} from '../../src/workers/backends/external/local-packages.js';
import { firstUid } from '../../src/workers/backends/external/worker-user.js';
import { testPython } from '../support/jupyter.js';

/** A small package of pure Python without dependencies. */
const small = 'iniconfig==2.0.0\n';

const log = pino({ level: 'silent' });

let directory: string;
let running: Set<string>;
let environments: LocalPackages;
let python: string;
beforeEach(async () => {
  python = (await testPython()).python;
  directory = await mkdtemp(join(tmpdir(), 'environments-'));
  running = new Set(['one', 'two']);
  const isRunning = async (workerId: string) => running.has(workerId);
  environments = new LocalPackages({ directory, isRunning, maxEnvironments: 2, log });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const folderFor = (
  workerId: string,
  more: Partial<LocalPackagesRequest> = {},
  signal = AbortSignal.timeout(100_000),
) =>
  environments.folderFor(
    workerId,
    { scope: 'workspace', text: small, python, environment: {}, sandbox: sandbox(), ...more },
    signal,
  );
const sandbox = (uid: number | null = null): Sandbox => ({
  isolate: uid !== null,
  uid,
  hidden: [directory],
  tmpMb: 16,
  heartbeat: join(directory, 'heartbeat'),
  orphanSeconds: 600,
});
const ids = () => readdirSync(directory).filter((name) => name.length === 64);
const partials = () => readdirSync(directory).filter((name) => name.startsWith('partial-'));

describe('environments', { timeout: 120_000 }, () => {
  it('are built once for concurrent and later starts', async () => {
    const [one, two] = await Promise.all([folderFor('one'), folderFor('two')]);
    expect(one).toBe(two);
    expect(existsSync(join(one, 'iniconfig/__init__.py'))).toBe(true);
    expect([ids().length, partials()]).toEqual([1, []]);
    const from = performance.now();
    expect(await folderFor('three')).toBe(one);
    expect(performance.now() - from).toBeLessThan(500);
  });

  it('are never shared between scopes, nor between indexes', async () => {
    const one = await folderFor('one');
    expect(await folderFor('two', { scope: 'other' })).not.toBe(one);
    expect(await folderFor('two', { environment: { PIP_RETRIES: '1' } })).not.toBe(one);
    expect(await folderFor('two', { environment: { COLOUR: 'red' } })).toBe(one);
  });

  it('that cannot be built leave nothing, and the error has the last line of pip without paths', async () => {
    const failing = folderFor('one', { text: 'there-is-no-such-package-xyz==9\n' });
    await expect(failing).rejects.toMatchObject({
      message:
        'The file requirements.txt could not be installed: No matching distribution found for ' +
        'there-is-no-such-package-xyz==9. Change it and start a new worker.',
      extra: { reason: 'environment_failed' },
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('stop being built when nobody waits any more, and are built again for the next', async () => {
    const aborter = new AbortController();
    const [first, second] = [folderFor('one', {}, aborter.signal), folderFor('two', {}, aborter.signal)];
    await expect.poll(partials).toHaveLength(1);
    aborter.abort(new Error('left'));
    // Together, because the one that leaves last waits for the end of the build, whichever that is.
    await Promise.all([first, second].map((one) => expect(one).rejects.toThrow('left')));
    expect(existsSync(await folderFor('three'))).toBe(true);
    await expect.poll(partials).toEqual([]);
  });

  it('go on being built for those who still wait', async () => {
    const aborter = new AbortController();
    const left = folderFor('one', {}, aborter.signal);
    const waiting = folderFor('two');
    aborter.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    expect(existsSync(await waiting)).toBe(true);
  });

  it('are not read in the encoding that a comment names', async () => {
    // In UTF-7 the second line has a line break, and names a file of this machine.
    const text = `# coding: utf-7\n# +AAo--r /etc/hostname\n${small}`;
    expect(existsSync(join(await folderFor('one', { text }), 'iniconfig/__init__.py'))).toBe(true);
  });

  it('have a limit on time, after which nothing of them runs', async () => {
    // An index that takes requests and never answers.
    const index = createServer(() => {});
    await new Promise<void>((resolve) => index.listen(0, '127.0.0.1', resolve));
    const { port } = index.address() as AddressInfo;
    const isRunning = async () => false;
    environments = new LocalPackages({ directory, isRunning, maxBuildMs: 6_000, log });
    try {
      const building = folderFor('one', { environment: { PIP_INDEX_URL: `http://127.0.0.1:${port}/` } });
      await expect(building).rejects.toMatchObject({
        message: expect.stringContaining('it took longer than 0.1 minutes'),
        extra: { reason: 'environment_failed' },
      });
      expect(readdirSync(directory)).toEqual([]);
      await expect.poll(builders).toEqual([]);
    } finally {
      index.closeAllConnections();
      index.close();
    }
  });

  /** The environments and the users of the processes that build. */
  async function builders(): Promise<{ environ: string; uid: number }[]> {
    const found: { environ: string; uid: number }[] = [];
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      if (environ.includes(directory))
        found.push({ environ, uid: Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]) });
    }
    return found;
  }

  it('see none of the environment of the gateway while they are built', async () => {
    process.env.GATEWAY_SECRET_OF_TEST = 'secret';
    try {
      const building = folderFor('one', { environment: { PIP_COLOUR: 'red' } });
      await expect.poll(builders, { interval: 20 }).not.toEqual([]);
      for (const { environ } of await builders()) {
        expect(environ).toContain('PIP_COLOUR=red');
        expect(environ).not.toContain('secret');
      }
      await building;
    } finally {
      delete process.env.GATEWAY_SECRET_OF_TEST;
    }
  });

  it('are built by the user of the worker where that is possible, who owns nothing of them afterwards', async (test) => {
    const isolation = await probeIsolation(python);
    test.skip(isolation !== 'users', 'this machine does not let the tests switch users');
    const uid = firstUid + 7;
    const building = folderFor('one', { sandbox: sandbox(uid) });
    const users = async () => (await builders()).map((one) => one.uid);
    await expect.poll(users, { interval: 20 }).toContain(uid);
    const site = await building;
    const { uid: owner, mode } = await stat(join(site, 'iniconfig/__init__.py'));
    expect([owner, mode & 0o022]).toEqual([process.getuid!(), 0]);
    expect((await stat(dirname(site))).mode & 0o777).toBe(0o755);
  });
});

describe('a folder of environments', { timeout: 120_000 }, () => {
  /** A complete environment without packages, last used so many days ago. */
  function plant(id: string, daysAgo: number, users: string[] = []): string {
    const name = id.repeat(64);
    mkdirSync(join(directory, name, 'users'), { recursive: true });
    const marker = join(directory, name, 'complete.json');
    writeFileSync(marker, '{"bytes": 1}');
    const usedAt = new Date(Date.now() - daysAgo * 86_400_000);
    utimesSync(marker, usedAt, usedAt);
    for (const user of users) writeFileSync(join(directory, name, 'users', user), '');
    return name;
  }

  it('keeps the last used ones and those that a worker uses', async () => {
    const used = plant('a', 9, ['one']);
    const ended = plant('b', 8, ['ended']);
    const recent = plant('c', 1);
    await folderFor('two');
    expect(ids()).toContain(used);
    expect(ids()).toContain(recent);
    expect(ids()).not.toContain(ended);
    expect(ids()).toHaveLength(3);
    await environments.release('one');
    running.delete('one');
    await folderFor('two', { scope: 'other' });
    expect(ids()).not.toContain(used);
  });

  it('loses what a killed process left half done', async () => {
    mkdirSync(join(directory, `partial-${Date.now() - 3_600_000}-x`));
    const fresh = `partial-${Date.now()}-x`;
    mkdirSync(join(directory, fresh));
    mkdirSync(join(directory, 'd'.repeat(64)));
    await folderFor('one');
    expect(partials()).toEqual([fresh]);
    expect(ids()).not.toContain('d'.repeat(64));
  });
});
