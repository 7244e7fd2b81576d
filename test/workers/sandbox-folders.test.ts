import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hidingFault, probeIsolation } from '../../src/workers/backends/external/isolation.js';
import { launcherCall } from '../../src/workers/backends/external/launcher-call.js';
import type { LaunchPlan } from '../../src/workers/backends/external/launcher-program.js';
import { runProcess } from '../../src/workers/backends/external/run-process.js';
import { firstUid } from '../../src/workers/backends/external/worker-user.js';
import { testPython } from '../support/jupyter.js';
import { makeOwnPython, type OwnPython } from '../support/own-python.js';

const { python } = await testPython();
const best = await probeIsolation(python);
/** What this machine and this user allow; `users` needs root. */
const possible = (['users', 'namespaces'] as const).slice(
  best === 'users' ? 0 : best === 'namespaces' ? 1 : 2,
);

let root: string;
let own: OwnPython;
beforeAll(async () => {
  // Not below /tmp, which is hidden anyway.
  const parent = join(process.cwd(), 'node_modules/.cache');
  await mkdir(parent, { recursive: true });
  root = realpathSync(await mkdtemp(join(parent, 'sandbox-folders-')));
  own = await makeOwnPython();
  // The users of workers run it, too.
  await chmod(own.prefix, 0o755);
});
afterAll(async () => {
  await own?.remove();
  await rm(root, { recursive: true, force: true });
});

describe.each(possible)('a program with the isolation "%s"', (isolation) => {
  /** What a program prints. */
  function run(program: string, hidden: string[], interpreter = python): Promise<string> {
    const plan: LaunchPlan = {
      command: [interpreter, '-I', '-c', program],
      environment: {},
      directory: '/',
      isolate: true,
      uid: isolation === 'users' ? firstUid : null,
      hidden,
      own: [],
      readable: [],
      tmpMb: 1,
      heartbeat: '/dev/null',
      orphanSeconds: 20,
    };
    const { args, ...call } = launcherCall(plan);
    return runProcess(interpreter, args, { ...call, timeoutMs: 20_000 });
  }

  test('sees of a hidden folder only the links that lead to Python', async () => {
    const folder = join(root, `links-${isolation}`);
    await mkdir(join(folder, 'deep'), { recursive: true });
    for (const name of ['secret', 'deep/secret']) await writeFile(join(folder, name), 'the-secret');
    await symlink(python, join(folder, 'deep/python'));
    await symlink('deep/python', join(folder, 'python'));
    await symlink('links-of-nothing', join(folder, 'other'));
    const program = `import os; print([sorted(names + folders) for _, folders, names in os.walk('${folder}')])`;
    expect(await run(program, [root], join(folder, 'python'))).toBe("[['deep', 'python'], ['python']]\n");
  });

  test.runIf(existsSync('/etc/resolv.conf'))(
    'sees the list of name servers, and nothing beside it',
    async () => {
      const file = realpathSync('/etc/resolv.conf');
      const program = `import os; print(os.listdir('${dirname(file)}')); print(open('${file}').read(), end='')`;
      const seen = await run(program, [dirname(file)]);
      expect(seen).toBe(`['${basename(file)}']\n${readFileSync(file, 'utf8')}`);
    },
  );

  test('is not started by a Python whose folder is hidden or contains a hidden one', async () => {
    const prefix = realpathSync(own.prefix);
    const sentence = `Python needs ${prefix}, which cells must not see; install it in another folder.`;
    for (const folder of [prefix, join(prefix, 'lib')]) {
      const hidden = [dirname(prefix), folder];
      expect(await hidingFault(own.python, isolation, hidden)).toMatchObject({
        code: 'runtime_unavailable',
        message: sentence,
      });
      await expect(run('pass', hidden, own.python)).rejects.toThrow(sentence);
    }
    expect(await hidingFault(own.python, isolation, [dirname(prefix), root])).toBeNull();
  });

  test('is not started where files are hidden that Python needs', async () => {
    const library = dirname((await run('import os; print(os.__file__)', [])).trim());
    expect(await hidingFault(python, isolation, [library])).toMatchObject({
      message: expect.stringContaining('put the secrets in folders of their own'),
    });
  });
});
