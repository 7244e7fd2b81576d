/**
 * The offset of the first byte that is not UTF-8, for an error text.
 * @param bytes what a decoder refused
 */
export function invalidUtf8Offset(bytes: Uint8Array): number {
  // What is not UTF-8 is decoded as U+FFFD, so the texts agree as bytes up to there.
  const again = Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  let at = 0;
  while (at < bytes.length && bytes[at] === again[at]) at += 1;
  return at;
}
