import { expect, it } from 'vitest';
import { MessageLimit, readMessage } from '../../../web/src/notebook/output/widgets/message-limit.js';

const messageId = '00000000-0000-4000-8000-000000000001';
const message = { type: 'send', commId: 'c', data: { method: 'update' }, buffers: ['aGk='], messageId };

it('reads a message, and only its members', () => {
  expect(readMessage({ ...message, more: 1 })).toEqual(message);
});

it.each([
  ['nothing', null],
  ['a text', 'send'],
  ['another type', { ...message, type: 'comm_open' }],
  ['a comm that is no text', { ...message, commId: {} }],
  ['an id that is no UUID', { ...message, messageId: '1' }],
  ['data that is no object', { ...message, data: [] }],
  ['data that is no JSON', { ...message, data: 1n }],
  ['no data', { ...message, data: undefined }],
  ['too much data', { ...message, data: { text: 'x'.repeat(1_000_000) } }],
  ['buffers that are no texts', { ...message, buffers: [new Uint8Array(1)] }],
  ['too many buffers', { ...message, buffers: Array(1_001).fill('') }],
  ['too large buffers', { ...message, buffers: ['x'.repeat(8_000_001)] }],
])('refuses %s', (_what, value) => {
  expect(readMessage(value)).toBeUndefined();
});

it('refuses data that refers to itself', () => {
  const data: Record<string, unknown> = {};
  data.self = data;
  expect(readMessage({ ...message, data })).toBeUndefined();
});

it('takes 16 messages at a time and 30 in a second', () => {
  const limit = new MessageLimit();
  const count = (now: number, times: number) =>
    Array.from({ length: times }, () => limit.begin(now)).filter(Boolean).length;
  expect(count(1_000, 20)).toBe(16);
  for (let i = 0; i < 16; i++) limit.done();
  expect(count(1_000, 20)).toBe(14);
  for (let i = 0; i < 14; i++) limit.done();
  expect(count(1_500, 20)).toBe(15);
});
