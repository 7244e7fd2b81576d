import type { Random } from './random.js';

/** A cell that writes each line to a file of its own before it prints it. */
export interface ChaosCell {
  kind: 'lines' | 'burst' | 'quick' | 'error' | 'exit' | 'endless';
  /** The name of its file in the folder `journal` of the kernel. */
  journal: string;
  code: string;
  timeoutSeconds?: number;
}

const kinds: readonly (readonly [ChaosCell['kind'], number])[] = [
  ['lines', 50],
  ['quick', 20],
  ['burst', 12],
  ['error', 8],
  ['exit', 4],
  ['endless', 6],
];

/** Makes the next cell of a client. @param journal a name that no other cell has */
export function nextCell(random: Random, journal: string): ChaosCell {
  const kind = random.weighted(kinds);
  const count = { quick: 3, burst: 2_000, endless: 10_000 }[kind as string] ?? 20 + random.below(60);
  const pause = kind === 'burst' || kind === 'quick' ? 0 : 0.02 + random.below(80) / 1_000;
  const last = { error: "raise ValueError('on purpose')", exit: 'os._exit(3)' }[kind as string] ?? '';
  const code = `import os, time
os.makedirs('journal', exist_ok=True)
journal = os.open('journal/${journal}', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
os.write(journal, b'begin\\n')
for i in range(${count}):
    os.write(journal, f'${journal} {i}\\n'.encode())
    print(f'${journal} {i}', flush=True)
    time.sleep(${pause})
os.close(journal)
${last}`;
  return { kind, journal, code, ...(kind === 'endless' && { timeoutSeconds: 2 }) };
}
