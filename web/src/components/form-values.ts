import type { FormEvent } from 'react';

/** The texts of a form that is submitted, trimmed, by the names of its controls; the browser does not send it. */
export function formValues(event: FormEvent<HTMLFormElement>): Record<string, string> {
  event.preventDefault();
  const entries = [...new FormData(event.currentTarget)];
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).trim()]));
}
