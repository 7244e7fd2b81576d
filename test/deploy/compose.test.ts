import { readFileSync } from 'node:fs';
import { loadYaml } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';

interface Service {
  environment: Record<string, string>;
  volumes: (string | { source: string; target: string })[];
  ports?: string[];
  healthcheck?: { test: string[] };
}

const text = readFileSync(new URL('../../deploy/compose.yaml', import.meta.url), 'utf8');
const given: Record<string, string> = {
  DATA_DIR: '/srv/notebooks',
  DOCKER_GID: '999',
  POSTGRES_PASSWORD: 'from-outside',
};
/** The services as Docker Compose sees them with these variables. */
const { services } = loadYaml<{ services: Record<string, Service> }>(
  text.replace(/\$\{(\w+)[^}]*\}/g, (_, name) => given[name] ?? `${name} is not given`),
);
const { gateway, database } = services as { gateway: Service; database: Service };

test('the Compose file has no defaults: each of its variables is required', () => {
  const uses = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name, rest]) => ({ name, rest }));
  expect(uses.filter(({ rest }) => rest !== '' && !rest!.startsWith(':?'))).toEqual([]);
  const required = uses.filter(({ rest }) => rest!.startsWith(':?')).map(({ name }) => name);
  expect(new Set(required)).toEqual(new Set(Object.keys(given)));
  expect(new Set(uses.map(({ name }) => name))).toEqual(new Set(required));
});

test('the gateway of the Compose file gets a configuration that it accepts', () => {
  expect(readConfig(gateway.environment)).toMatchObject({
    dataDir: given.DATA_DIR,
    databaseUrl: `postgresql://gateway:${given.POSTGRES_PASSWORD}@database/gateway`,
    workerBackends: ['docker'],
    containers: { dockerHost: 'unix:///var/run/docker.sock', image: 'notebook-worker:1' },
  });
  expect(database.environment).toMatchObject({
    POSTGRES_USER: 'gateway',
    POSTGRES_DB: 'gateway',
    POSTGRES_PASSWORD: given.POSTGRES_PASSWORD,
  });
});

test('the data folder has the same path in the gateway as on the machine', () => {
  expect(gateway.volumes[0]).toMatchObject({ source: given.DATA_DIR, target: given.DATA_DIR });
});

test('only the gateway gets the socket of the engine, and only this machine reaches the gateway', () => {
  expect(JSON.stringify(gateway.volumes)).toContain('docker.sock');
  expect(JSON.stringify(database)).not.toContain('docker.sock');
  expect(gateway.ports).toEqual(['127.0.0.1:4000:4000']);
  expect(database.ports).toBeUndefined();
});

test('each service has a health check', () => {
  expect(Object.values(services).map(({ healthcheck }) => healthcheck?.test[0])).toEqual(['CMD', 'CMD']);
});
