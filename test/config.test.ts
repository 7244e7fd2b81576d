import { resolve } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';

it('what is not set has its default', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    ...{ port: 4000, host: '127.0.0.1', dataDir: resolve('.data'), databaseUrl: undefined, demo: true },
    ...{ adminToken: undefined, workerBackends: ['external'], jupyter: undefined, oidc: undefined },
    ...{ logLevel: 'info', corsOrigins: [], executionRetentionDays: 7, allowLocalWorkers: true },
    ...{ rateLimitRequests: 600, rateLimitCost: 100_000 },
  });
  expect(config.runtimeLimits).toMatchObject({
    ...{ workerIdleMinutes: 60, kernelIdleMinutes: 0, perUser: { workers: 10 }, perSpace: { workers: 100 } },
  });
});

it('the demo is left out by default where a database server is used', () => {
  const DATABASE_URL = 'postgresql://user:word@db.example.com/notebooks';
  expect(readConfig({ DATABASE_URL }).demo).toBe(false);
  expect(readConfig({ DATABASE_URL, DEMO: '1' }).demo).toBe(true);
  expect(readConfig({ DEMO: '0' }).demo).toBe(false);
});

it.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.1.2.3', false],
  ['gateway.example.com', false],
])('a gateway at %s may start local workers by default: %s', (HOST, may) => {
  expect(readConfig({ HOST }).allowLocalWorkers).toBe(may);
  expect(readConfig({ HOST, ALLOW_LOCAL_WORKERS: may ? '0' : '1' }).allowLocalWorkers).toBe(!may);
});

it('WORKER_BACKENDS lists the backends, and no others', () => {
  const read = (WORKER_BACKENDS: string) => readConfig({ WORKER_BACKENDS }).workerBackends;
  expect(read('kubernetes, docker,external')).toEqual(['kubernetes', 'docker', 'external']);
  expect(() => read('docker,podman')).toThrow(/WORKER_BACKENDS/);
});

it('CORS_ORIGINS are normalized to the form that browsers send', () => {
  const origins = ['https://app.example.com', 'http://localhost:3000'];
  expect(readConfig({ CORS_ORIGINS: origins.join(', ') }).corsOrigins).toEqual(origins);
});

it.each(['*', 'https://app.example.com/', 'app.example.com', 'null'])(
  'the origin %s, which no browser sends, is refused',
  (origin) => {
    const read = () => readConfig({ CORS_ORIGINS: `http://localhost:3000,${origin}` });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/CORS_ORIGINS: must list origins/);
  },
);

it('KUBERNETES_STORAGE_CLASS is the name of an object, and nothing else', () => {
  const read = (name: string) =>
    readConfig({ KUBERNETES_STORAGE_CLASS: name }).containers.kubernetesStorageClass;
  expect(read('fast.ssd-1')).toBe('fast.ssd-1');
  expect(read('')).toBeUndefined();
  for (const none of ['Fast', '-fast', 'fast.', 'a b', 'a'.repeat(254)])
    expect(() => read(none)).toThrow(/KUBERNETES_STORAGE_CLASS: must be the name of a StorageClass/);
});

it('KUBERNETES_GATEWAY_CIDRS lists networks, and nothing else', () => {
  const read = (networks: string) =>
    readConfig({ KUBERNETES_GATEWAY_CIDRS: networks }).containers.kubernetesGatewayCidrs;
  expect(read('10.1.2.3/32, 2001:db8::/64')).toEqual(['10.1.2.3/32', '2001:db8::/64']);
  for (const none of ['10.1.2.3', 'gateway', '10.0.0.0/33'])
    expect(() => read(none)).toThrow(/KUBERNETES_GATEWAY_CIDRS.*: must list networks/);
});

it('DATABASE_URL has no % that begins no escape', () => {
  const read = (password: string) =>
    readConfig({ DATABASE_URL: `postgresql://user:${password}@db.example.com/notebooks` }).databaseUrl;
  expect(read('100%25')).toContain('100%25');
  for (const none of ['100%', '%zz', '%ff'])
    expect(() => read(none)).toThrow(/DATABASE_URL: must have each % as an escape .*%25/);
});

it('OIDC_ISSUER and OIDC_AUDIENCE are set together, and the issuer is reached safely', () => {
  const read = (OIDC_ISSUER: string, OIDC_AUDIENCE = 'notebooks') =>
    readConfig({ OIDC_ISSUER, OIDC_AUDIENCE }).oidc;
  expect(read('', '')).toBeUndefined();
  for (const issuer of ['https://id.example.com/realms/one', 'http://localhost:8080/', 'http://[::1]:8080'])
    expect(read(issuer)).toEqual({ issuer, audience: 'notebooks' });
  for (const none of ['http://id.example.com', 'id.example.com', 'http://127.example.com', 'file:///etc'])
    expect(() => read(none)).toThrow(/OIDC_ISSUER: must be an https:\/\/ address/);
  for (const part of ['?realm=one', '#one', ' '])
    expect(() => read(`https://id.example.com/${part}`)).toThrow(/OIDC_ISSUER: must have no query/);
  expect(() => read('https://user:password@id.example.com')).toThrow(/OIDC_ISSUER: must have no query/);
  for (const [issuer, audience] of [
    ['https://id.example.com', ''],
    ['', 'notebooks'],
  ] as const)
    expect(() => read(issuer, audience)).toThrow(/OIDC_ISSUER and OIDC_AUDIENCE belong together/);
});

it.each([
  ['postgresql://user@db.example.com/notebooks', 'postgresql://user@db.example.com/notebooks?'],
  ['postgresql:///notebooks?host=/srv/sockets', 'postgresql:///notebooks?host=/srv/sockets&'],
  [
    'postgresql://user@/notebooks?host=/srv/my sockets#',
    'postgresql://user@/notebooks?host=/srv/my%20sockets&',
  ],
  ['postgresql://user@%2Fsrv%2Fsockets/notebooks', 'postgresql://user@%2Fsrv%2Fsockets/notebooks?'],
])('PGPASSWORD is added to an address that has no password: %s', (address, start) => {
  const PGPASSWORD = 'p&ss/w+rd #1%';
  const url = readConfig({ DATABASE_URL: address, PGPASSWORD }).databaseUrl!;
  expect(url).toBe(`${start}password=p%26ss%2Fw%2Brd%20%231%25`);
  expect(new pg.Client({ connectionString: url }).password).toBe(PGPASSWORD);
  expect(readConfig({ DATABASE_URL: address }).databaseUrl).toBe(address);
});

it.each([
  'postgresql://user:word@db.example.com/notebooks',
  'postgresql://user:word@/notebooks?host=/srv/sockets',
  'postgresql://user@db.example.com/notebooks?password=word',
])('the password of an address is used before PGPASSWORD: %s', (address) => {
  expect(readConfig({ DATABASE_URL: address, PGPASSWORD: 'other' }).databaseUrl).toBe(address);
});

it.each([
  ['PORT', 'abc', 'must be a whole number from 0 to 65535'],
  ['PORT', '70000', 'must be a whole number from 0 to 65535'],
  ['WORKERS_PER_USER', '1.5', 'must be a whole number from 0 to 1000000000'],
  ['DEMO', 'yes', 'must be one of 0, 1, true, false'],
  ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent'],
  ['JUPYTER_URL', 'host:8888', 'must be an http:// or https:// address'],
  ['WORKER_BACKENDS', ',', 'must name at least one backend'],
])('%s %s is refused in plain words', (name, value, sentence) => {
  expect(() => readConfig({ [name]: value })).toThrow(`  ${name}: ${sentence}`);
});

it('a kind of workers that does not exist is refused with those that do', () => {
  expect(() => readConfig({ WORKER_BACKENDS: 'docker,podman' })).toThrow(
    /WORKER_BACKENDS\S*: must be one of .*kubernetes/,
  );
});
