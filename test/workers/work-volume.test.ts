import { expect, test } from 'vitest';
import { workVolume } from '../../src/workers/backends/kubernetes/work-volume.js';

const onNode = { name: 'work', emptyDir: { sizeLimit: '64Mi' } };

function claimed(storageClassName: string | undefined) {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName,
    resources: { requests: { storage: '64Mi' } },
  };
  return { name: 'work', ephemeral: { volumeClaimTemplate: { spec } } };
}

test.each([
  [null, null, undefined, onNode],
  [null, null, 'configured', claimed('configured')],
  [null, 'fast', undefined, claimed('fast')],
  [null, 'fast', 'configured', claimed('fast')],
  [true, null, undefined, claimed(undefined)],
  [true, null, 'configured', claimed('configured')],
  [true, 'fast', 'configured', claimed('fast')],
  [false, null, 'configured', onNode],
])(
  'a class with persistentVolume %s and storageClass %s, where %s is configured',
  (persistentVolume, storageClass, configured, volume) => {
    expect(workVolume(64, { persistentVolume, storageClass }, configured)).toEqual(volume);
  },
);
