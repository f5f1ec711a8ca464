/**
 * `npm run stages`: from videos as they are published to a classifier and answers to texts, by commands of `tgm` alone.
 *
 *   npm run stages -- --out runs/stages
 *
 * Makes Moving Shapes in Kinetics' published layout, then runs each stage as a person would: a program of its own that reads what the
 * one before has written. The pre-training is killed on the way and goes on. Each figure that is looked at would be wrong if its stage
 * were broken. No command holds more than a quarter of what the videos are when they are decoded. Ends with code 1 otherwise.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { beforeSuddenEnd, progress, readCommandLine, runProgram, say } from '@tgm/cli/program';
import { optional, text, wholeNumber } from '@tgm/options';
import { ProgramError } from '../program/errors.js';
import { makeKineticsFolder } from './kinetics-folder.js';
import { runStages } from './run-stages.js';

const USAGE = `npm run stages

  --train <n>      videos to train on; default 144
  --validate <n>   labelled videos to measure on; default 48
  --out <folder>   keeps everything there; default a temporary folder, which is removed
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'npm run stages',
      fields: {
        train: optional(wholeNumber({ from: 48 }), 144),
        validate: optional(wholeNumber({ from: 24 }), 48),
        out: optional(text()),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { train, validate, out } = options;
  const folder = out === undefined ? await mkdtemp(join(tmpdir(), 'tgm-stages-')) : resolve(out);
  if (out !== undefined && existsSync(folder)) {
    throw new ProgramError('USAGE', {
      where: 'npm run stages, option out',
      expected: 'a folder that is not there yet',
      received: folder,
    });
  }
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const kept = out === undefined ? beforeSuddenEnd(() => void remove()) : () => undefined;
  try {
    await mkdir(folder, { recursive: true });
    const shown = progress('videos', train + validate, 'made');
    const onVideo = (done: number): void => shown.update(done);
    await makeKineticsFolder({ folder: join(folder, 'k400'), train, validate, seed: 0, onVideo, signal });
    shown.end();
    for (const file of ['k400.config.ts', 'shards.config.ts', '../mission/colour-captioner.mjs'])
      await copyFile(join(import.meta.dirname, file), join(folder, basename(file)));
    await runStages({ folder, train, validate, signal });
  } finally {
    kept();
    if (out === undefined) await remove();
  }
});
