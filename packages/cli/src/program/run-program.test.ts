import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TrainError, type TrainErrorCode } from '@tgm/train';
import { VideoError } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { CliError } from './errors.js';
import { exitCodeOf } from './exit-codes.js';

/** Runs a program. `onText` hears all that it has said so far. */
function run(
  args: readonly string[],
  onText: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
) {
  const child = spawn(process.execPath, [...args], { cwd: import.meta.dirname });
  return new Promise<{ code: number | null; signal: string | null; text: string }>((done) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk;
      onText(text, (signal) => child.kill(signal));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code, signal) => done({ code, signal, text }));
  });
}

/** A program that works in a thread which must not be ended from outside, as `npm start` does. */
const PROGRAM = `
  import { Worker } from 'node:worker_threads';
  import { runProgram, say } from '@tgm/cli/program';
  const worker = new Worker('for (let i = 0; i < 2e10; i++); require("node:worker_threads").parentPort.postMessage(1)', { eval: true });
  await runProgram(async (signal) => {
    say('ready');
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  say('left main with ' + process.exitCode);
`;
const inline = ['--input-type=module', '-e', PROGRAM];

describe('runProgram', { timeout: 120_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops it; a second one ends it at once, though a thread computes', async (signal, code) => {
    let sent = 0;
    const ended = await run(inline, (text, kill) => {
      if (sent === 0 && text.includes('ready')) {
        sent = 1;
        kill(signal);
      } else if (sent === 1 && text.includes('left main')) {
        sent = 2;
        setTimeout(() => kill(signal), 400);
      }
    });
    expect(ended.text).toContain(`left main with ${code}`);
    expect(ended).toMatchObject({ code: null, signal });
  });

  it('a second signal takes a temporary folder away, also behind an act that fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tgm-program-'));
    const program = `
      import { rmSync } from 'node:fs';
      import { beforeSuddenEnd, runProgram, say } from '@tgm/cli/program';
      beforeSuddenEnd(() => { throw new Error('no'); });
      beforeSuddenEnd(() => rmSync(${JSON.stringify(folder)}, { recursive: true }));
      setInterval(() => {}, 1000);
      await runProgram(async () => {
        say('ready');
        await new Promise(() => {});
      });`;
    let sent = 0;
    const ended = await run(['--input-type=module', '-e', program], (text, kill) => {
      if (sent === 0 && text.includes('ready')) {
        sent = 1;
        kill('SIGINT');
      } else if (sent === 1 && text.includes('Stopping')) {
        sent = 2;
        setTimeout(() => kill('SIGINT'), 400);
      }
    });
    expect(ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(existsSync(folder)).toBe(false);
  });

  // On Windows a process does not get another parent.
  it.skipIf(process.platform === 'win32')('stops when SIGTERM ends the npx that started it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tgm-program-'));
    const npx = spawn('npx', ['--no', 'tgm', 'watch', folder, '--port', '0'], {
      cwd: resolve(import.meta.dirname, '../../../..'),
      detached: true,
    });
    try {
      // Its output is open as long as tgm is there.
      const text = await new Promise<string>((done) => {
        let heard = '';
        let sent = false;
        const hear = (chunk: Buffer): void => {
          heard += chunk;
          if (!sent && heard.includes('http://127.0.0.1')) sent = npx.kill('SIGTERM');
        };
        npx.stdout.on('data', hear);
        npx.stderr.on('data', hear);
        npx.on('close', () => done(heard));
        setTimeout(() => done(`${heard}\nstill there`), 60_000).unref();
      });
      expect(text).toContain('Stopping after the step in hand');
      expect(text).not.toContain('still there');
    } finally {
      try {
        process.kill(-npx.pid!, 'SIGKILL');
      } catch {} // None of them is left, as it should be.
      await rm(folder, { recursive: true });
    }
  });
});

const trainError = (code: TrainErrorCode, cause?: Error) =>
  new TrainError(code, { where: 'a', expected: 'b', received: 'c', cause });

describe('exit codes', () => {
  it.each([
    [new CliError('USAGE', { where: 'a', expected: 'b', received: 'c' }), 64],
    [new CliError('CONFIG_INVALID', { where: 'a', expected: 'b', received: 'c' }), 64],
    [new CliError('WRITE_FAILED', { where: 'a', expected: 'b', received: 'c' }), 1],
    [Object.assign(new Error('nan'), { code: 'LOSS_NOT_FINITE' }), 3],
    [new VideoError('FOLDER_EMPTY', { source: 'a', expected: 'b', received: 'c' }), 64],
    [new VideoError('SYSTEM_FAILED', { source: 'a', expected: 'b', received: 'c' }), 1],
    [trainError('TOO_MANY_BAD_SAMPLES'), 64],
    [trainError('SCORES_FAILED', Object.assign(new Error('a file is there'), { code: 'EEXIST' })), 64],
    [trainError('SCORES_FAILED', Object.assign(new Error('the disk is full'), { code: 'ENOSPC' })), 1],
    [trainError('RUN_LOCKED'), 1],
    [trainError('RANK_SILENT'), 1],
    [trainError('RANKS_DISAGREE'), 1],
    [Object.assign(trainError('RANKS_DISAGREE'), { fault: 'caller' }), 64],
    [trainError('RANK_FAILED', new Error('whatever')), 1],
    [trainError('RANK_FAILED', trainError('LOSS_NOT_FINITE')), 3],
    [trainError('RANK_FAILED', Object.assign(new Error('a bad video'), { fault: 'file' })), 64],
    [trainError('RANK_FAILED', Object.assign(new Error('stopped'), { exitCode: 143 })), 143],
    [Object.assign(new Error('stopped'), { exitCode: 143 }), 143],
    [new Error('whatever'), 1],
    ['a text', 1],
  ])('of %s it is %i', (error, code) => expect(exitCodeOf(error)).toBe(code));
});
