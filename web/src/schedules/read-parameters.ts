import type { ApiFault } from '../api/api-error.js';

/**
 * Reads the parameters of a schedule as they are typed.
 * @param text JSON; nothing for none. Whether it is an object is for the gateway to say. Whole numbers that JavaScript would
 *   round are a fault.
 */
export function readParameters(text: string): { parameters: unknown; fault: ApiFault | null } {
  if (text.trim() === '') return { parameters: undefined, fault: null };
  let isRounded = false;
  try {
    const parameters: unknown = JSON.parse(text, (_, value: unknown) => {
      isRounded ||= Number.isInteger(value) && !Number.isSafeInteger(value);
      return value;
    });
    return isRounded
      ? faulty('A browser would round a whole number this large; send these parameters through the API.')
      : { parameters, fault: null };
  } catch {
    return faulty('The parameters are not valid JSON.');
  }
}

function faulty(message: string): { parameters: undefined; fault: ApiFault } {
  return { parameters: undefined, fault: { message, code: undefined, extensions: {} } };
}
