import { describe, expect, test } from 'vitest';
import { KernelQueue } from '../../src/sessions/kernel-queue.js';

const never = (aborted: AbortSignal) =>
  new Promise<never>((_, reject) => {
    aborted.addEventListener('abort', () => reject(aborted.reason));
  });

describe('the queue of a kernel', () => {
  test('runs the work of one session in order, also after work that failed', async () => {
    const queue = new KernelQueue();
    const done: number[] = [];
    const work = (id: number) => async () => {
      await Promise.resolve();
      done.push(id);
      if (id === 1) throw new Error('failed');
    };
    const results = await Promise.allSettled([1, 2, 3].map((id) => queue.run('session', work(id))));
    expect(done).toEqual([1, 2, 3]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  test('lets no session wait for another', async () => {
    const queue = new KernelQueue();
    const waiting = queue.run('one', never);
    await expect(queue.run('two', async () => 'done')).resolves.toBe('done');
    queue.abort('one', new Error('over'));
    await expect(waiting).rejects.toThrow('over');
  });

  test('aborts what runs and what waits, and not what comes after', async () => {
    const queue = new KernelQueue();
    const started: string[] = [];
    const running = queue.run('session', never);
    const waiting = queue.run('session', async () => started.push('waiting'));
    queue.abort('session', new Error('over'));
    const later = queue.run('session', async () => started.push('later'));
    await expect(running).rejects.toThrow('over');
    await expect(waiting).rejects.toThrow('over');
    await later;
    expect(started).toEqual(['later']);
  });

  test('has ended everything once it has aborted all', async () => {
    const queue = new KernelQueue();
    const ended: string[] = [];
    const works = ['one', 'two'].map((id) =>
      queue.run(id, (aborted) => never(aborted).finally(() => ended.push(id))).catch(() => {}),
    );
    await Promise.resolve();
    await queue.abortAll(new Error('over'));
    expect(ended).toEqual(['one', 'two']);
    await Promise.all(works);
  });
});
