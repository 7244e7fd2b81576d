import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts texts with AES-256-GCM. Each text is bound to a scope, for example one repository and host, and opens for that
 * scope only.
 * @see https://csrc.nist.gov/pubs/sp/800/38/d/final
 * @example
 * const box = new SecretBox(key);
 * box.open(box.seal('password', 'a'), 'a'); // 'password'
 * box.open(box.seal('password', 'a'), 'b'); // null
 */
export class SecretBox {
  readonly #key: Uint8Array;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Encrypts a text. @returns a random nonce of 12 bytes, the tag of 16 bytes, and the ciphertext */
  seal(text: string, scope: string): Uint8Array<ArrayBuffer> {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(scope));
    const ciphertext = [cipher.update(text, 'utf8'), cipher.final()];
    return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), ...ciphertext]));
  }

  /** Decrypts what {@link seal} returned. @returns null when the key or the scope is another one, or the bytes changed */
  open(sealed: Uint8Array, scope: string): string | null {
    const nonce = sealed.subarray(0, nonceBytes);
    const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(scope)).setAuthTag(tag);
      const text = [decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()];
      return Buffer.concat(text).toString('utf8');
    } catch {
      return null;
    }
  }
}
