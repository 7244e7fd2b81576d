/** An entry of an archive: a file with its text, or a folder. */
export interface TarEntry {
  /** At most 100 bytes; ends with a slash for a folder. */
  name: string;
  text?: string;
  mode: number;
  uid: number;
  gid: number;
}

const blockSize = 512;

/**
 * Writes a tar archive in memory.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 on the format ustar
 */
export function tarArchive(entries: TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const bytes = Buffer.from(entry.text ?? '');
    return [header(entry, bytes.length), bytes, Buffer.alloc(-bytes.length & (blockSize - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

function header({ name, mode, uid, gid }: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const put = (text: string, at: number) => block.write(text, at, 'latin1');
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(name, 0);
  put(octal(mode, 7), 100);
  put(octal(uid, 7), 108);
  put(octal(gid, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.floor(Date.now() / 1_000), 11), 136);
  // While the sum is computed, its own field is blank.
  put(' '.repeat(8), 148);
  put(name.endsWith('/') ? '5' : '0', 156);
  put('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return block;
}
