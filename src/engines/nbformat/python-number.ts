/**
 * The maximum number of digits that CPython reads as an integer, `sys.int_info.default_max_str_digits`.
 * @see https://docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation
 */
const maxIntegerDigits = 4300;

/**
 * A finite number as Python's `repr` of a float writes it: the shortest digits that read back as the same number, always
 * with a point or an exponent (`1.0`, `1e-05`, `1e+16`).
 * @see https://docs.python.org/3/tutorial/floatingpoint.html
 */
function pythonFloat(value: number): string {
  const sign = Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  // Both languages choose the same digits but use exponents for different numbers. This is the usual, fast case.
  if (size === 0 || (size >= 1e-4 && size < 1e16))
    return `${sign}${value}${Number.isInteger(value) ? '.0' : ''}`;
  const [mantissa, power = ''] = value.toExponential().split('e');
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/**
 * The token of a plain number: an integer below 1e21 as an integer, every other finite number as Python's float; `null` for
 * NaN and infinite numbers.
 */
export function pythonNumber(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : pythonFloat(value);
}

/**
 * The token that Python's `json` writes after it has read a number token; `null` for a float beyond the range of a double,
 * which Python reads as infinite.
 * @throws SyntaxError for an integer with more digits than Python reads
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-6
 */
export function pythonNumberToken(token: string): string | null {
  if (/[.eE]/.test(token)) {
    const value = Number(token);
    return Number.isFinite(value) ? pythonFloat(value) : null;
  }
  if (token.length > maxIntegerDigits + (token.startsWith('-') ? 1 : 0)) {
    throw new SyntaxError('An integer of the JSON text has too many digits.');
  }
  return token === '-0' ? '0' : token;
}
