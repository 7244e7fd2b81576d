import type { Random } from './random.js';

/** A cell that writes each line to a file of its own, with the time, before it prints it. */
export interface ChaosCell {
  /** `late` prints also after its end: from a thread, then from a child process. `input` asks for its last line. */
  kind: 'lines' | 'burst' | 'quick' | 'error' | 'exit' | 'endless' | 'late' | 'input';
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

/** Makes the next cell of a client, which needs nobody. @param journal a name that no other cell has */
export function nextCell(random: Random, journal: string): ChaosCell {
  return makeCell(random.weighted(kinds), random, journal);
}

/** Makes a cell of a kind. @param journal a name that no other cell has */
export function makeCell(kind: ChaosCell['kind'], random: Random, journal: string): ChaosCell {
  const code = `${begin(journal)}
${bodyOf(kind, random, journal)}`;
  return { kind, journal, code, ...(kind === 'endless' && { timeoutSeconds: 2 }) };
}

function begin(journal: string): string {
  return `import os, subprocess, threading, time
os.makedirs('journal', exist_ok=True)
journal = os.open('journal/${journal}', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
def report(line, journal=journal):
    os.write(journal, f'{time.time_ns() // 1_000_000} ${journal} {line}\\n'.encode())
    print(f'${journal} {line}', flush=True)
os.write(journal, b'begin\\n')`;
}

function bodyOf(kind: ChaosCell['kind'], random: Random, journal: string): string {
  if (kind === 'input') return `report(0)\nreport(input('${journal}?'))`;
  if (kind === 'late') return lateBody(journal);
  const count = { quick: 3, burst: 2_000, endless: 10_000 }[kind as string] ?? 20 + random.below(60);
  const pause = kind === 'burst' || kind === 'quick' ? 0 : 0.02 + random.below(80) / 1_000;
  const last = { error: "raise ValueError('on purpose')", exit: 'os._exit(3)' }[kind as string] ?? '';
  return `for i in range(${count}):
    report(i)
    time.sleep(${pause})
os.close(journal)
${last}`;
}

/**
 * The pauses keep the thread and the child process in their order. The child writes no times, as the kernel sends what it printed
 * up to 200 ms later. The last line of the file says that all was printed.
 */
function lateBody(journal: string): string {
  return `report(0)
def later(journal=journal, report=report):
    for i in range(1, 11):
        time.sleep(0.05)
        report(i)
    time.sleep(0.3)
    loop = 'for i in 11 12 13; do echo "- ${journal} $i" >> journal/${journal}; echo "${journal} $i"; sleep 0.05; done'
    subprocess.run(['sh', '-c', loop])
    time.sleep(1)
    os.write(journal, b'whole\\n')
threading.Thread(target=later).start()`;
}
