import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/**
 * A program that is measured: it gets one word a line and answers each with a JSON line, so that two programs can be
 * run in turn, each idle while the other works. Its first line, unasked, says that it is ready.
 */
export class Contestant {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  /** @param cwd default: this program's own. */
  constructor(command: string, args: readonly string[], cwd?: string) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd });
    // A command that is not there shows as an end without a line.
    this.#child.on('error', () => undefined);
    this.#child.stdin!.on('error', () => undefined);
    this.#reader = createInterface({ input: this.#child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next answer; undefined when the program has ended. */
  async hear(): Promise<Record<string, number> | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  async ask(word: string): Promise<Record<string, number>> {
    this.#child.stdin!.write(`${word}\n`);
    const answer = await this.hear();
    if (!answer) throw new Error(`The program ended instead of answering "${word}".`);
    return answer;
  }

  end(): void {
    this.#reader.close();
    this.#child.kill();
  }
}
