import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretFolderFault, secretFolders } from '../../src/app/secret-folders.js';
import { readConfig } from '../../src/config.js';

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'secret-folders-')));
});
afterAll(() => rm(root, { recursive: true }));

const foldersOf = (environment: Record<string, string>) => secretFolders(readConfig(environment));

test('the folder of the key for the engine is one, with the folder that the key is in', async () => {
  const [folder, target] = ['engine', 'keys'].map((name) => join(root, name));
  for (const each of [folder!, target!]) await mkdir(each);
  await writeFile(join(target!, 'client-key.pem'), '');
  await symlink('../keys/client-key.pem', join(folder!, 'key.pem'));
  const found = foldersOf({ DOCKER_HOST: 'tcp://engine.example.com', DOCKER_CERT_PATH: folder! });
  expect(found).toEqual(expect.arrayContaining([folder, target]));
});

test('the folder of the socket of the engine is one, also without a variable', () => {
  expect(foldersOf({ DOCKER_HOST: 'unix:///srv/engine/docker.sock' })).toContain('/srv/engine');
  expect(foldersOf({})).toContain('/var/run');
});

test('the folder of each kubeconfig is one', () => {
  const found = foldersOf({ KUBECONFIG: '/srv/a/config:/srv/b/config' });
  expect(found).toEqual(expect.arrayContaining(['/srv/a', '/srv/b']));
});

test('the folders of the keys that a kubeconfig names are some', async () => {
  const folder = join(root, 'cluster');
  await mkdir(folder);
  const yaml = [
    'users:',
    '- name: one',
    '  user:',
    '    client-key: /srv/keys/one.pem',
    '- user: # relative',
    '    client-key: "../relative keys/two.pem"',
    "  - tokenFile: '/srv/tokens/three'",
    '    client-key-data: L3Nydi9ub25l',
  ].join('\n');
  await writeFile(join(folder, 'config'), yaml);
  const json = JSON.stringify({ users: [{ user: { 'client-key': '/srv/json/four.pem' } }] }, null, 1);
  await writeFile(join(folder, 'json'), json);
  const found = foldersOf({
    KUBECONFIG: ['config', 'json', 'none'].map((name) => join(folder, name)).join(':'),
  });
  const named = ['/srv/keys', join(root, 'relative keys'), '/srv/tokens', '/srv/json'];
  expect(found).toEqual(expect.arrayContaining([folder, ...named]));
});

test('the folder of the passwords for the database is one', () => {
  const variables = { PGPASSFILE: '/srv/passwords/pgpass' };
  expect(secretFolders(readConfig({}), variables)).toContain('/srv/passwords');
});

test('the folder of the socket of the database is one, also where only PGHOST names it', () => {
  const config = readConfig({ DATABASE_URL: 'postgresql:///notebooks' });
  expect(secretFolders(config, { PGHOST: '/srv/sockets' })).toContain('/srv/sockets');
  expect(secretFolders(config, { PGHOST: 'db.example.com' })).toEqual(secretFolders(config, {}));
});

test.each([
  [
    'postgresql://user:word@db.example.com/notebooks?sslmode=verify-full&sslkey=/srv/db/client.key',
    '/srv/db',
  ],
  ['postgresql:///notebooks?host=/srv/sockets', '/srv/sockets'],
  ['postgresql://user@%2Fsrv%2Fsockets/notebooks', '/srv/sockets'],
])('the folder of the key for the database, or of its socket, is one: %s', (address, folder) => {
  expect(foldersOf({ DATABASE_URL: address })).toContain(folder);
});

test('a folder that programs need cannot be hidden', () => {
  expect(secretFolderFault(['/srv/engine', '/etc'])).toMatchObject({
    code: 'runtime_unavailable',
    message: expect.stringMatching(/^A variable names a secret in \/etc, .* in a folder of its own\.$/),
  });
  expect(secretFolderFault(['/etc/notebook-gateway/engine'])).toBeNull();
});
