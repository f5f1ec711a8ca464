/**
 * Re-encodes a data set into WebDataset shards: the part of the work that `--shard` names.
 *
 *   npx tsx examples/prepare-shards/main.ts --manifest clips.jsonl --output shards
 *   npx tsx examples/prepare-shards/main.ts --manifest clips.csv --output shards --shard 3/16 --attach scores
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { flag, number, optional, text, wholeNumber } from '@tgm/options';
import { prepareShards, readCsvManifest, readManifest, videoPool } from '@tgm/video-io';
import { readCommandLine } from '../program/command-line.js';
import { ProgramError } from '../program/errors.js';
import { runProgram } from '../program/run-program.js';
import { say } from '../program/say.js';
import { attachmentsOf } from './attachments.js';
import { parsePart } from './part.js';

const USAGE = `npx tsx examples/prepare-shards/main.ts --manifest <file.jsonl or file.csv> --output <folder>

  --shard <i>/<n>           which part of the work; default 0/1, all of it
  --attach <folder>         files whose names begin with a sample's id go into its shard
  --samples-per-shard <n>   default 256
  --threads <n>             default 1
  --refused-share <0 to 1>  more refused videos than this part of all end the run; default 0.1
  --retry-refused           try videos again that an earlier run refused
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'prepare-shards',
      fields: {
        manifest: text(),
        output: text(),
        shard: optional(text(), '0/1'),
        attach: optional(text()),
        'samples-per-shard': optional(wholeNumber({ from: 1 }), 256),
        threads: optional(wholeNumber({ from: 1 }), 1),
        'refused-share': optional(number({ from: 0, to: 1 }), 0.1),
        'retry-refused': optional(flag(), false),
      },
      written: {
        manifest: 'text',
        output: 'text',
        shard: 'text',
        attach: 'text',
        'samples-per-shard': 'number',
        threads: 'number',
        'refused-share': 'number',
        'retry-refused': 'flag',
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { manifest, output, attach: attached } = options;
  const part = parsePart(options.shard);
  const read = extname(manifest) === '.csv' ? readCsvManifest : readManifest;
  const names = attached === undefined ? [] : await readdir(attached);
  const attach = async ({ id }: { readonly id: string }) => {
    const files = attachmentsOf(id, names).map(async ({ ending, name }) => [
      ending,
      await readFile(join(attached!, name)),
    ]);
    return Object.fromEntries(await Promise.all(files));
  };

  let [done, refused] = [0, 0];
  const began = performance.now();
  const pool = videoPool({ workers: options.threads });
  try {
    const run = prepareShards({
      dataset: await read(manifest),
      output,
      pool,
      samplesPerShard: options['samples-per-shard'],
      part,
      refusedShare: options['refused-share'],
      retryRefused: options['retry-refused'],
      attach,
      signal,
    });
    for await (const { shard, shards, fresh, report } of run) {
      done += report.done.length;
      refused += report.refused.length;
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const what = fresh ? `${report.done.length} done, ${report.refused.length} refused` : 'was there';
      say(`shard ${shard} of ${shards}: ${what} (${seconds} s)`);
      for (const { id, code, message } of fresh ? report.refused : []) say(`  ${id}: ${code}, ${message}`);
    }
  } finally {
    await pool.close();
  }
  say(`${done} samples done, ${refused} refused${signal.aborted ? '; stopped, run again to go on' : ''}`);
  signal.throwIfAborted();
  if (done === 0 && refused > 0) {
    throw new ProgramError('VIDEOS_INVALID', {
      where: manifest,
      expected: 'some readable videos',
      received: `${refused} refused and none done`,
    });
  }
});
