import type { GitRepository } from '../../../../src/engines/git/git-store.js';
import type { MergeOutcome } from '../../../../src/engines/git/merge-types.js';
import { mergeFiles } from '../../../../src/engines/nbformat/merge/merge-files.js';
import { type GitFixture, someone } from '../git-fixture.js';

/** The files of a commit by path: their text, and whether they are executable. */
export type Files = Map<string, { text: string; isExecutable?: boolean }>;

/** Writes a commit with exactly these files, as a program outside does, and returns it. */
export function writeCommit(
  { gitWithInput, git }: GitFixture,
  ref: string,
  files: Files,
  parents: readonly string[],
): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const [from, ...merged] = parents;
  const lines = [
    `commit refs/heads/${ref}\ncommitter O <o@example.org> 1700000000 +0000\n${data('x')}`,
    ...(from ? [`from ${from}\n`] : []),
    ...merged.map((oid) => `merge ${oid}\n`),
    'deleteall\n',
    ...[...files].map(
      ([path, { text, isExecutable }]) =>
        `M ${isExecutable ? '100755' : '100644'} inline ${path}\n${data(text)}`,
    ),
  ];
  gitWithInput(lines.join(''), 'fast-import', '--quiet', '--force');
  return git('rev-parse', `refs/heads/${ref}`);
}

/** Merges a commit into a branch, texts by their lines and notebooks by their cells. */
export async function mergeInto(
  repository: GitRepository,
  branch: string,
  commitOid: string,
): Promise<MergeOutcome> {
  const mergeFile = async (file: { path: string; base: string; ours: string; theirs: string }) => {
    const three = {
      base: await repository.readBlob(file.base),
      ours: await repository.readBlob(file.ours),
      theirs: await repository.readBlob(file.theirs),
    };
    return mergeFiles(three, file.path.endsWith('.ipynb')).bytes;
  };
  return repository.merge({
    ...{ branch, commitOid, mayFastForward: false, message: 'Merge', author: someone, committer: someone },
    beginMerge: () => mergeFile,
  });
}

/** The path of each file of a commit with its text. */
export async function textsOf(repository: GitRepository, commitOid: string): Promise<Record<string, string>> {
  const files = await repository.listFiles(commitOid);
  const texts: Record<string, string> = {};
  for (const { path, oid } of files) texts[path] = Buffer.from(await repository.readBlob(oid)).toString();
  return texts;
}
