import { nativeGit } from '../git-fixture.js';

/** Writes so many small loose objects that maintenance is due. */
export function makeDue(gitdir: string): void {
  const entries = Array.from({ length: 3000 }, (_, n) => `blob\ndata <<end\ndue ${n}\nend\n`);
  nativeGit(['--git-dir', gitdir, '-c', 'fastimport.unpackLimit=5000', 'fast-import', '--quiet'], {
    input: entries.join(''),
  });
}
