import { expect, it } from 'vitest';
import { changedTexts, scheduleTexts } from '../../web/src/schedules/schedule-texts.js';

const schedule = { path: 'a.ipynb', cron: '@daily', timeZone: 'UTC', parameters: { rate: 2 } };

it('a schedule as its form has it: parameters are JSON, and none are nothing', () => {
  expect(scheduleTexts(schedule)).toEqual({ ...schedule, parameters: '{\n  "rate": 2\n}' });
  expect(scheduleTexts({ ...schedule, parameters: {} }).parameters).toBe('');
});

it('only texts that differ are changed, spaces around them aside', () => {
  const before = scheduleTexts({ ...schedule, path: ' a.ipynb' });
  expect(changedTexts({ ...before, path: 'a.ipynb' }, before)).toEqual({});
  expect(changedTexts({ ...before, cron: '@weekly', parameters: '' }, before)).toEqual({
    cron: '@weekly',
    parameters: '',
  });
});
