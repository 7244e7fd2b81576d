const keyBytes = 32;

/**
 * Reads a key of 32 bytes from hexadecimal, base64 or base64url text.
 * @returns null when the text is no such key
 * @example parseSecretsKey('00'.repeat(32)) // 32 zero bytes
 */
export function parseSecretsKey(text: string): Uint8Array | null {
  const isHex = /^[0-9a-f]{64}$/i.test(text);
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const key = Buffer.from(text, isHex ? 'hex' : 'base64');
  return key.length === keyBytes ? key : null;
}
