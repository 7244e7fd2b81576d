import type { V1Pod } from '@kubernetes/client-node';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterError } from '../../src/workers/backends/kubernetes/cluster-error.js';
import { UnwantedPods } from '../../src/workers/backends/kubernetes/unwanted-pods.js';

let unwanted: UnwantedPods;
/** The names that were to be deleted. */
let deletions: string[];
let existing: Set<string>;
let failing: number;

beforeEach(() => {
  deletions = [];
  existing = new Set();
  failing = 0;
  const deletePod = async (name: string) => {
    deletions.push(name);
    if (failing > 0) {
      failing -= 1;
      throw new ClusterError('unreachable');
    }
    return existing.delete(name);
  };
  unwanted = new UnwantedPods({ cluster: { deletePod }, log: pino({ level: 'silent' }) });
});
afterEach(() => unwanted.close());

const pod = (name: string, more: V1Pod['metadata'] = {}): V1Pod => ({ metadata: { name, ...more } });
const create = (name: string) => {
  existing.add(name);
  unwanted.changed(pod(name), false);
};

test('a Pod that is created after it was given up is deleted, and no other', async () => {
  unwanted.add('given-up');
  await expect.poll(() => deletions).toEqual(['given-up']);
  create('other');
  create('given-up');
  await expect.poll(() => [...existing]).toEqual(['other']);
  expect(deletions).toEqual(['given-up', 'given-up']);
});

test('a deletion that fails is tried again', async () => {
  existing.add('kept');
  failing = 2;
  unwanted.add('kept');
  await expect.poll(() => existing.size).toBe(0);
  expect(deletions).toHaveLength(3);
});

test('a Pod that is ending already, or is gone, is left alone', async () => {
  unwanted.add('ended');
  await expect.poll(() => deletions).toEqual(['ended']);
  unwanted.changed(pod('ended', { deletionTimestamp: new Date() }), false);
  unwanted.changed(pod('ended'), true);
  // It was created and removed, so one of this name is another one.
  create('ended');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(deletions).toEqual(['ended']);
});

test('nothing is tried any more after the close', async () => {
  failing = 1_000;
  unwanted.add('kept');
  await expect.poll(() => deletions.length).toBeGreaterThan(1);
  unwanted.close();
  const { length } = deletions;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(deletions).toHaveLength(length);
});
