import { describe, expect, it } from 'vitest';
import { AllowedImages } from '../../src/workers/backends/allowed-images.js';

const digest = `sha256:${'0a'.repeat(32)}`;
const pinned = `registry.example.com:5000/team/worker@${digest}`;
const images = new AllowedImages({ image: 'worker:1', allowedImages: [pinned, 'team/other:2'] });

describe('the images that workers may run', () => {
  it('are those of the list as they are written, and the configured one for a profile without an image', () => {
    for (const image of ['worker:1', pinned, 'team/other:2'])
      expect(images.imageOf({ image })).toEqual({ image });
    expect(images.imageOf(undefined)).toEqual({ image: 'worker:1' });
    expect(images.imageOf({ image: null })).toEqual({ image: 'worker:1' });
  });

  it.each([
    'worker',
    'worker:2',
    'worker:latest',
    'WORKER:1',
    'worker:1 ',
    'worker:1\n',
    'worker:1\0',
    `worker:1@${digest}`,
    `worker@${digest}`,
    'docker.io/library/worker:1',
    'library/worker:1',
    'other/../worker:1',
    './worker:1',
    'registry.example.com:5000/team/worker:1',
    'registry.example.com/team/worker@sha256:0a',
    `registry.example.com:5001/team/worker@${digest}`,
    `REGISTRY.example.com:5000/team/worker@${digest}`,
    `registry.example.com:5000/team/worker:1@${digest}`,
    'team/other',
    '--privileged',
    '__proto__',
    'constructor',
  ])('are not others: %j', (image) => {
    expect(images.imageOf({ image })).toEqual({
      reason: 'The image of this profile is not allowed; add it to WORKER_IMAGES.',
    });
  });

  it('are none where none is configured', () => {
    const none = new AllowedImages({ image: undefined, allowedImages: [] });
    expect(none.imageOf(undefined)).toMatchObject({ reason: expect.stringContaining('WORKER_IMAGE') });
  });
});
