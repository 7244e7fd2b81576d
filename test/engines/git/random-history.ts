import { nativeGit } from './git-fixture.js';
import { seededRandom } from './seeded-random.js';

type State = Map<string, { mode: string; content: string }>;

const names = [
  'a.txt',
  'b.ipynb',
  'c d',
  'é',
  '日本.ipynb',
  'tab\there',
  'new\nline',
  '"quoted"',
  ':x',
  '\\',
  '~',
];
const folders = ['', 'in/', 'in/deeper/', 'other folder/', 'a.txt/'];
const submodule = '5'.repeat(40);

/**
 * Adds commits to `refs/heads/random` that do all that a history can: merges that take sides, drop or invent, moves,
 * changes of mode, symlinks, submodules, files that become folders, commits that change nothing, and odd names.
 * @param options.modes false leaves the changes of mode alone out
 * @returns the commits, parents before children; the last is the branch's tip and leads to all others
 */
export function randomHistory(
  gitdir: string,
  options: { seed: number; commits: number; modes?: false },
): string[] {
  const random = seededRandom(options.seed);
  const states: State[] = [];
  const lines: string[] = [];
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const heads = new Set<number>();
  for (let n = 0; n < options.commits; n++) {
    const isLast = n === options.commits - 1;
    const recent = () => n - 1 - random(Math.min(n, 6));
    const parents = n === 0 || (!isLast && random(60) === 0) ? [] : [recent()];
    if (parents.length > 0 && random(4) === 0) parents.push(recent());
    if (parents.length > 1 && random(5) === 0) parents.push(recent());
    if (isLast) parents.push(...heads);
    const unique = [...new Set(parents)];
    for (const parent of unique) heads.delete(parent);
    heads.add(n);
    const state = mixed(
      unique.map((parent) => states[parent]!),
      random,
    );
    for (let change = random(4); change > 0; change--) mutate(state, random, options.modes ?? true);
    states.push(state);
    const who = `O <o@x> ${1_700_000_000 + n * 60 + random(600)} +0000`;
    lines.push(
      `commit refs/heads/random${isLast ? '' : `-${n}`}\nmark :${n + 1}\ncommitter ${who}\n${data(`m ${n}`)}`,
    );
    unique.forEach((parent, at) => {
      lines.push(`${at === 0 ? 'from' : 'merge'} :${parent + 1}\n`);
    });
    lines.push('deleteall\n');
    for (const [path, { mode, content }] of state) {
      lines.push(
        mode === '160000'
          ? `M 160000 ${submodule} ${quoted(path)}\n`
          : `M ${mode} inline ${quoted(path)}\n${data(content)}`,
      );
    }
  }
  nativeGit(['--git-dir', gitdir, 'fast-import', '--quiet', '--force'], { input: lines.join('') });
  const refs = nativeGit(['--git-dir', gitdir, 'for-each-ref', '--format=%(refname) %(objectname)']);
  const oids = new Map(refs.split('\n').map((line) => line.split(' ') as [string, string]));
  return states.map((_, n) =>
    n === states.length - 1 ? oids.get('refs/heads/random')! : oids.get(`refs/heads/random-${n}`)!,
  );
}

function mixed(parents: State[], random: (below: number) => number): State {
  if (parents.length < 2) return new Map(parents[0]);
  const state: State = new Map();
  for (const path of new Set(parents.flatMap((parent) => [...parent.keys()]))) {
    const entry = parents[random(parents.length)]!.get(path);
    if (entry) put(state, path, entry);
  }
  return state;
}

function mutate(state: State, random: (below: number) => number, modes: boolean): void {
  const path = folders[random(folders.length)]! + names[random(names.length)]!;
  const existing = [...state.keys()];
  const some = existing[random(existing.length)];
  const entry = some === undefined ? undefined : state.get(some)!;
  const content = String(random(30));
  switch (random(8)) {
    case 0:
      if (some !== undefined) state.delete(some);
      break;
    case 1:
    case 2:
      if (!entry) break;
      state.delete(some!);
      put(state, path, entry);
      break;
    case 3:
      if (modes && entry && entry.mode !== '160000')
        state.set(some!, { ...entry, mode: entry.mode === '100644' ? '100755' : '100644' });
      break;
    case 4:
      put(state, path, { mode: '120000', content });
      break;
    case 5:
      put(state, path, { mode: '160000', content: '' });
      break;
    default:
      put(state, path, { mode: '100644', content });
  }
}

/** A file replaces a folder, and a folder replaces a file. */
function put(state: State, path: string, entry: { mode: string; content: string }): void {
  for (const other of state.keys()) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) state.delete(other);
  }
  state.set(path, entry);
}

function quoted(path: string): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped.replaceAll('\t', '\\t')}"`;
}
