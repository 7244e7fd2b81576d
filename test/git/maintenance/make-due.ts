import { createHash } from 'node:crypto';
import { nativeGit } from '../git-fixture.js';

/** Writes loose objects into the one fan-out folder from which their number is estimated, so that maintenance is due. */
export function makeDue(gitdir: string): void {
  let written = 0;
  for (let n = 0; written < 9; n++) {
    const content = `due ${n}`;
    const oid = createHash('sha1').update(`blob ${content.length}\0${content}`).digest('hex');
    if (!oid.startsWith('17')) continue;
    nativeGit(['--git-dir', gitdir, 'hash-object', '-w', '--stdin'], { input: content });
    written += 1;
  }
}
