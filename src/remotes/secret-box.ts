import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Keeps texts so that only who has the key can read them, and only in the place that they were sealed for. */
export interface SecretBox {
  /** @param place what the text belongs to; needed to open it again */
  seal(text: string, place: string): Uint8Array<ArrayBuffer>;
  /** Null when it was sealed with another key or for another place, or was changed. */
  open(sealed: Uint8Array, place: string): string | null;
}

/**
 * AES-256-GCM with a random nonce; sealed are nonce, tag and ciphertext, in this order.
 * @param key 32 bytes
 * @see https://csrc.nist.gov/pubs/sp/800/38/d/final
 */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
      const ciphertext = [cipher.update(text, 'utf8'), cipher.final()];
      return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), ...ciphertext]));
    },
    open(sealed, place) {
      const nonce = sealed.subarray(0, nonceBytes);
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
        decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
        const text = [decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()];
        return Buffer.concat(text).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
