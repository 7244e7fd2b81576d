import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What {@link ZeroMqKernel.run} measured, and the SHA-256 of what the cell printed, as hex. */
interface ZeroMqRun {
  firstMs: number;
  totalMs: number;
  digest: string;
}

/** A kernel, and a Python client that uses it through ZeroMQ without a server. */
export class ZeroMqKernel {
  readonly run: (code: string) => Promise<ZeroMqRun>;
  readonly close: () => Promise<void>;

  private constructor(run: ZeroMqKernel['run'], close: () => Promise<void>) {
    this.run = run;
    this.close = close;
  }

  static async open(python: string): Promise<ZeroMqKernel> {
    const program = fileURLToPath(new URL('zeromq_client.py', import.meta.url));
    const child = spawn(python, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => {
      const { done, value } = await lines.next();
      if (done) throw new Error('The ZeroMQ client ended.');
      return value;
    };
    await next();
    return new ZeroMqKernel(
      async (code) => {
        child.stdin.write(`${JSON.stringify({ code })}\n`);
        return JSON.parse(await next());
      },
      async () => {
        child.stdin.end();
        if (child.exitCode === null) await once(child, 'exit');
      },
    );
  }
}
