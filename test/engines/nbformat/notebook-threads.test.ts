import { afterEach, expect, it } from 'vitest';
import { PreparedNotebook } from '../../../src/engines/nbformat/prepared-notebook.js';
import { FairQueue } from '../../../src/engines/nbformat/threads/fair-queue.js';
import { NotebookThreads } from '../../../src/engines/nbformat/threads/notebook-threads.js';

let threads: NotebookThreads | undefined;
afterEach(async () => {
  await threads?.close();
  threads = undefined;
});

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };

it('parses a body and prepares each notebook in it', async () => {
  threads = new NotebookThreads();
  const body = {
    path: 'a',
    changes: [{ create: { notebook } }, { save: { notebook: { ...notebook, cells: 1 } } }],
  };
  const parsed: any = await threads.parseBody('u', bytes({ ...body, nb: { ...notebook, nbformat: 3 } }));
  expect(parsed.path).toBe('a');
  const { bytes: stored, answer } = parsed.changes[0].create.notebook.encoded();
  expect(Buffer.from(stored).toString()).toBe(
    '{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n',
  );
  expect(JSON.parse(String(answer))).toEqual(notebook);
  expect(parsed.changes[1].save.notebook).toEqual({ ...notebook, cells: 1 });
  expect(parsed.nb).toBeInstanceOf(PreparedNotebook);
  expect(() => parsed.nb.encoded()).toThrow(/nbformat/);
});

it('refuses what remains of a body beside its notebooks when it has too many values', async () => {
  threads = new NotebookThreads();
  const grants = Array.from({ length: 30_000 }, () => 1);
  await expect(threads.parseBody('u', bytes({ notebook, grants }))).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'grants: has more than 20000 values',
  });
});

it('parses a body in which a text is a whole file', async () => {
  threads = new NotebookThreads();
  const content = 'x'.repeat(17 * 1024 * 1024);
  const parsed = (await threads.parseBody('u', bytes({ content }))) as { content: string };
  expect(parsed.content === content).toBe(true);
});

it('copies the bytes of a body, or takes their memory where its caller does not use them again', async () => {
  threads = new NotebookThreads();
  const kept = bytes({ a: 1 });
  expect(await threads.parseBody('u', kept)).toEqual({ a: 1 });
  expect(kept.byteLength).toBeGreaterThan(0);
  const given = new Uint8Array(bytes({ a: [2, 'é'.repeat(70_000)] }));
  expect(await threads.parseBody('u', given, { isTransferred: true })).toEqual({
    a: [2, 'é'.repeat(70_000)],
  });
  expect(given.byteLength).toBe(0);
  // A part of a larger buffer is copied in any case.
  const shared = new Uint8Array(Buffer.from('  {"a":3}')).subarray(1);
  expect(await threads.parseBody('u', shared, { isTransferred: true })).toEqual({ a: 3 });
  expect(shared.byteLength).toBe(8);
});

it('refuses the task alone that needs too much memory or time', { timeout: 60_000 }, async () => {
  threads = new NotebookThreads({ heapMib: 48 });
  const cells = Array.from({ length: 600_000 }, (_, index) => ({ index, metadata: {}, cell_type: 'raw' }));
  await expect(threads.parseBody('u', bytes({ notebook: { ...notebook, cells } }))).rejects.toMatchObject({
    code: 'payload_too_large',
  });
  expect(await threads.parseBody('u', bytes({ a: 1 }))).toEqual({ a: 1 });
  await threads.close();
  threads = new NotebookThreads({ maxMs: 1 });
  await expect(threads.read('u', bytes({ ...notebook, cells }))).rejects.toMatchObject({
    code: 'payload_too_large',
    message: expect.stringContaining('more time'),
  });
});

it('runs the jobs of each user in turn, within the bounds', async () => {
  const queue = new FairQueue({ concurrency: 1, bytesPerUser: 40, totalBytes: 60 });
  const done: string[] = [];
  const job = (user: string, name: string) => queue.run(user, 10, async () => void done.push(name));
  const jobs = [
    job('a', 'a1'),
    job('a', 'a2'),
    job('a', 'a3'),
    job('a', 'a4'),
    job('b', 'b1'),
    job('b', 'b2'),
  ];
  expect(() => job('a', 'a5')).toThrow(/your large notebooks/);
  expect(() => job('c', 'c1')).toThrow(/Too many large notebooks/);
  await Promise.all(jobs);
  expect(done).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  await job('c', 'c1');
});
