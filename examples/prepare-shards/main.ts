/**
 * Re-encodes a data set into WebDataset shards: the part of the work that `--shard` names.
 *
 *   npx tsx examples/prepare-shards/main.ts --manifest clips.jsonl --output shards
 *   npx tsx examples/prepare-shards/main.ts --manifest clips.csv --output shards --shard 3/16 --attach scores
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareShards, readCsvManifest, readManifest, videoPool } from '@tgm/video-io';
import { attachmentsOf } from './attachments.js';
import { parsePart } from './part.js';

const { values } = parseArgs({
  options: {
    manifest: { type: 'string' },
    output: { type: 'string' },
    shard: { type: 'string', default: '0/1' },
    attach: { type: 'string' },
    'samples-per-shard': { type: 'string', default: '256' },
    threads: { type: 'string', default: '1' },
  },
});
if (!values.manifest || !values.output) {
  console.error('Expected --manifest <file.jsonl or file.csv> and --output <folder>.');
  process.exit(1);
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const dataset = await (extname(values.manifest) === '.csv' ? readCsvManifest : readManifest)(values.manifest);
const pool = videoPool({ workers: Number(values.threads) });
const attached = values.attach;
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
const run = prepareShards({
  dataset,
  output: values.output,
  pool,
  samplesPerShard: Number(values['samples-per-shard']),
  part: parsePart(values.shard),
  attach,
  signal: stop.signal,
});
for await (const { shard, shards, fresh, report } of run) {
  done += report.done.length;
  refused += report.refused.length;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const what = fresh ? `${report.done.length} done, ${report.refused.length} refused` : 'was there';
  console.log(`shard ${shard} of ${shards}: ${what} (${seconds} s)`);
  for (const { id, code, message } of fresh ? report.refused : [])
    console.log(`  ${id}: ${code}, ${message}`);
}
await pool.close();
console.log(
  `${done} samples done, ${refused} refused${stop.signal.aborted ? '; stopped, run again to go on' : ''}`,
);
process.exitCode = stop.signal.aborted || (done === 0 && refused > 0) ? 1 : 0;
