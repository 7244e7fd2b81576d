import type { Transform } from 'node:stream';

/**
 * Runs a stream of zlib over bytes, and copies each piece of its output when it comes: to join all of them at the end would
 * block the event loop.
 * @param room the length of the output, or more
 * @returns the output, in memory of its own
 * @throws the error of zlib; one with the code `ERR_BUFFER_TOO_LARGE` where the output has more bytes than `room`
 */
export function runZlib(zlib: Transform, input: readonly Uint8Array[], room: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(room);
  let length = 0;
  return new Promise((resolve, reject) => {
    zlib
      .on('data', (piece: Buffer) => {
        if (length + piece.length <= room) length += piece.copy(whole, length);
        else zlib.destroy(tooLarge());
      })
      .once('error', reject)
      .once('end', () => resolve(whole.subarray(0, length)));
    for (const bytes of input) zlib.write(bytes);
    zlib.end();
  });
}

function tooLarge(): Error {
  return Object.assign(new Error('The output has more bytes than expected.'), {
    code: 'ERR_BUFFER_TOO_LARGE',
  });
}
