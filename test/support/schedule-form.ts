import type { Page } from 'playwright-core';

/** Opens the form of the only schedule that a page of a workspace has. */
export async function openScheduleForm(page: Page) {
  await page.getByRole('button', { name: /^Edit: / }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit schedule' });
  return {
    dialog,
    field: (label: string) => dialog.getByLabel(label),
    save: () => dialog.getByRole('button', { name: 'Save' }).click(),
    isRefused: (reason: string) => dialog.getByRole('alert').filter({ hasText: reason }).waitFor(),
  };
}

/** The inputs that a page sends from now on to change schedules; the list grows. */
export function scheduleUpdatesOf(page: Page): object[] {
  const inputs: object[] = [];
  page.on('request', (request) => {
    const { query = '', variables } = (request.method() === 'POST' && request.postDataJSON()) || {};
    if (query.startsWith('mutation UpdateSchedule')) inputs.push(variables.input);
  });
  return inputs;
}
