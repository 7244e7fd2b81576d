import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnvironmentRequest, Environments } from '../../src/workers/backends/external/environments.js';
import { type Isolation, probeIsolation } from '../../src/workers/backends/external/isolation.js';
import { firstUid } from '../../src/workers/backends/external/worker-user.js';
import { testPython } from '../support/jupyter.js';

/** A small package of pure Python without dependencies. */
const small = 'iniconfig==2.0.0\n';

let directory: string;
let running: Set<string>;
let environments: Environments;
let python: string;
let isolation: Isolation;
beforeEach(async () => {
  python = (await testPython()).python;
  isolation = await probeIsolation(python);
  directory = await mkdtemp(join(tmpdir(), 'environments-'));
  running = new Set(['one', 'two']);
  const isRunning = async (workerId: string) => running.has(workerId);
  environments = new Environments({ directory, isRunning, maxEnvironments: 2 });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const folderFor = (
  workerId: string,
  more: Partial<EnvironmentRequest> = {},
  signal = AbortSignal.timeout(100_000),
) =>
  environments.folderFor(
    workerId,
    { scope: 'workspace', requirements: small, python, environment: {}, isolation, hidden: [], ...more },
    signal,
  );
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
    const failing = folderFor('one', { requirements: 'there-is-no-such-package-xyz==9\n' });
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
    await expect(first).rejects.toThrow('left');
    await expect(second).rejects.toThrow('left');
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

  it('are built by a user of their own who sees none of the environment of the gateway', async () => {
    process.env.GATEWAY_SECRET_OF_TEST = 'secret';
    try {
      const requirements = small;
      const building = folderFor('one', { requirements, environment: { PIP_COLOUR: 'red' } });
      const uids = new Set<number>();
      const isolated = () => isolation !== 'users' || [...uids].some((uid) => uid >= firstUid);
      const environs = async () => {
        const found: string[] = [];
        for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
          const cwd = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
          if (!cwd.includes(directory)) continue;
          found.push(cwd);
          const owner = await stat(`/proc/${pid}`).catch(() => null);
          if (owner) uids.add(owner.uid);
        }
        return found;
      };
      await expect.poll(environs, { interval: 20 }).not.toEqual([]);
      await expect.poll(async () => (await environs()) && isolated(), { interval: 20 }).toBe(true);
      for (const environ of await environs()) {
        expect(environ).toContain('PIP_COLOUR=red');
        expect(environ).not.toContain('secret');
      }
      await building;
    } finally {
      delete process.env.GATEWAY_SECRET_OF_TEST;
    }
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
