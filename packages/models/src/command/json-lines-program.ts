import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { isRecord } from '../option-fields.js';
import type { CommandOptions } from './command-options.js';
import { type ProcessGroup, startGroup } from './process-group.js';
import { within } from './within.js';

/** An answer of a program, without its id. */
export type Answer = Readonly<Record<string, unknown>>;

/** A program that reads a line of JSON for each question and writes one for each answer, in any order. */
export interface JsonLinesProgram {
  /** What it is called in errors. */
  readonly where: string;
  /**
   * Sends a question with an id of its own.
   *
   * @throws ModelError with `COMMAND_FAILED`: the program does not start, ends, writes something else, answers too late, or says that
   *   it failed on this question. But for the last one it is ended, and no question is answered any more.
   */
  ask(question: object): Promise<Answer>;
  /** Ends the program. Questions without an answer fail. */
  close(): Promise<void>;
}

interface Waiting {
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: ModelError) => void;
}

/** Letters of the standard error that an error tells. */
const LETTERS_KEPT = 2000;
/** How long a program may take to end by itself. */
const SECONDS_TO_CLOSE = 5;
/** How long its last lines may take after its end: what it started may hold its output open. */
const MILLISECONDS_OF_LINES = 1000;

type Checked = Required<Omit<CommandOptions, 'cwd' | 'env'>> & Pick<CommandOptions, 'cwd' | 'env'>;

export function jsonLinesProgram({
  command,
  args,
  cwd,
  env,
  answerSeconds,
  quiet,
}: Checked): JsonLinesProgram {
  const where = [command, ...args].join(' ');
  const waiting = new Map<number, Waiting>();
  let group: ProcessGroup | undefined;
  let failure: ModelError | undefined;
  let ending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let questions = 0;
  let words = '';

  const failed = (expected: string, received: string, cause?: unknown): ModelError =>
    new ModelError('COMMAND_FAILED', {
      where,
      expected,
      received,
      ...(words.trim() !== '' && { advice: `Its standard error ends with: ${words.trim()}` }),
      cause,
    });

  /** The system blames the program for a folder that is not there. */
  function notStarted(cause: Error): ModelError {
    const lost = cwd !== undefined && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory();
    const received = lost ? `no folder ${showValue(cwd)}, the option cwd` : cause.message;
    return failed('a program that starts', received, cause);
  }

  /** Fails all questions, now and later, and ends the program, which has `seconds` to end by itself. */
  function stop(error: ModelError, seconds = 0): void {
    failure ??= error;
    clearTimeout(timer);
    for (const { fail } of waiting.values()) fail(failure);
    waiting.clear();
    ending ??= group?.end(seconds);
  }

  /** The time runs while something is waited for. */
  function watch(): void {
    clearTimeout(timer);
    group?.hold(waiting.size > 0);
    if (waiting.size === 0) return;
    timer = setTimeout(
      () => stop(failed(`an answer within ${answerSeconds} s`, 'none')),
      answerSeconds * 1000,
    );
  }

  /** @param line its bytes, a letter each. */
  function read(line: string): void {
    if (line.trim() === '' || failure) return;
    const text = utf8Of(line);
    if (text === undefined) {
      stop(failed('lines in UTF-8', `other bytes: ${showValue(line)}`));
      return;
    }
    const answer = parsed(text);
    if (answer === undefined) {
      const expected = 'a line with an object of JSON, on standard output nothing else';
      stop(failed(expected, showValue(text)));
      return;
    }
    const { id, error, ...rest } = answer;
    const asked = waiting.get(id as number);
    if (!asked) {
      const open = [...waiting.keys()].join(', ') || 'none';
      stop(failed(`"id" of a question without an answer: ${open}`, showValue(text)));
      return;
    }
    waiting.delete(id as number);
    watch();
    if (error === undefined || error === null) asked.answer(rest);
    else asked.fail(failed('an answer', typeof error === 'string' ? error : showValue(error)));
  }

  /** @throws ModelError with `COMMAND_FAILED` for what no program can be given, such as a zero in a text */
  function spawned(): ProcessGroup {
    try {
      return startGroup(command, args, { cwd, env: { ...process.env, ...env } });
    } catch (cause) {
      throw notStarted(cause as Error);
    }
  }

  function start(): ProcessGroup {
    const started = spawned();
    const { child } = started;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-LETTERS_KEPT);
      if (!quiet) process.stderr.write(text);
    });
    // Bytes, a letter each: a decoder of UTF-8 puts U+FFFD for what it does not know, and some letters of it would end a line.
    const lines = createInterface({ input: child.stdout.setEncoding('latin1'), crlfDelay: Infinity });
    const drained = new Promise<void>((resolve) => child.once('close', () => resolve()));
    lines.on('line', read);
    // A pipe that breaks says nothing that the end of the program does not.
    child.stdin.on('error', () => undefined);
    child.once('error', (cause) => stop(notStarted(cause)));
    child.once('exit', async (code, signal) => {
      await within(MILLISECONDS_OF_LINES, drained);
      stop(
        failed(
          'a program that answers until it is closed',
          signal ? `its end by ${signal}` : `its end with code ${code}`,
        ),
      );
    });
    return started;
  }

  return {
    where,
    async ask(question) {
      if (failure) throw failure;
      group ??= start();
      const id = ++questions;
      const answered = new Promise<Answer>((answer, fail) => {
        waiting.set(id, { answer, fail });
      });
      if (waiting.size === 1) watch();
      group.child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      return answered;
    },
    async close() {
      stop(failed('questions before it is closed', 'one that it had no time to answer'), SECONDS_TO_CLOSE);
      await ending;
    },
  };
}

function utf8Of(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

function parsed(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
