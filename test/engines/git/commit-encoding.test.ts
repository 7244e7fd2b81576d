import { describe, expect, it } from 'vitest';
import { decodeCommit } from '../../../src/engines/git/objects/commit-object.js';

const oid = '0'.repeat(40);
const commit = (encoding: string | null, name: Buffer, message: Buffer) =>
  decodeCommit(
    oid,
    Buffer.concat([
      Buffer.from(`tree ${oid}\nparent ${oid}\nauthor `),
      name,
      Buffer.from(' <a@example.org> 1700000000 +0000\ncommitter C <c@example.org> 1700000000 +0000\n'),
      Buffer.from(encoding === null ? '\n' : `encoding ${encoding}\n\n`),
      message,
    ]),
  );

describe('a commit with an encoding', () => {
  const german = Buffer.from('M\xfcller: Gr\xf6\xdfe', 'latin1');
  const euro = Buffer.from([0x80, 0x20, 0xe4]);
  it.each<[string, Buffer, string]>([
    ['ISO-8859-1', german, 'Müller: Größe'],
    ['latin-1', german, 'Müller: Größe'],
    ['latin1', german, 'Müller: Größe'],
    ['CP1252', euro, '€ ä'],
    ['windows-1252', euro, '€ ä'],
    ['windows-1251', Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]), 'Привет'],
    ['KOI8-R', Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]), 'Привет'],
    ['EUC-JP', Buffer.from([0xc6, 0xfc, 0xcb, 0xdc]), '日本'],
    ['eucJP', Buffer.from([0xc6, 0xfc, 0xcb, 0xdc]), '日本'],
    ['Shift_JIS', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
    ['CP932', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
    ['GBK', Buffer.from([0xc8, 0xd5, 0xb1, 0xbe]), '日本'],
    ['UTF-8', Buffer.from('日本'), '日本'],
  ])('%s is decoded, in the message and in the name', (encoding, bytes, text) => {
    const { message, author, parents } = commit(encoding, bytes, bytes);
    expect([message, author.name, author.email, parents]).toEqual([text, text, 'a@example.org', [oid]]);
  });

  it.each(['UTF-16', 'UTF-16LE', 'UTF-16BE', 'UCS-2', 'unicode'])(
    '%s, in which no header can be written, is read as if it had none',
    (encoding) => {
      const { treeOid, message } = commit(encoding, Buffer.from('A'), Buffer.from('still read'));
      expect([treeOid, message]).toEqual([oid, 'still read']);
    },
  );

  it('that nobody knows, or that is wrong, has replacement characters and keeps the rest', () => {
    for (const encoding of ['x-unknown', '', null])
      expect(commit(encoding, Buffer.from('A'), german).message).toBe('M\ufffdller: Gr\ufffd\ufffde');
    expect(commit('UTF-8', Buffer.from('A'), german).message).toContain('ller: Gr');
  });
});
