import { findCheckpoint } from './find-checkpoint.js';
import { lockRun } from './lock-run.js';
import { savedRun } from './saved-run.test-support.js';
import { writeCheckpoint } from './write-checkpoint.js';

/** A run in a process of its own: it goes on from the newest checkpoint and writes one after the other, until it is killed. */
const [folder = '', keep = '1'] = process.argv.slice(2);
await lockRun(folder);
const found = await findCheckpoint(folder, ({ fault }) => {
  throw fault;
});
process.stdout.write(`step ${found?.saved.step ?? 0}\n`);
for (let step = found?.saved.step ?? 0; ; )
  await writeCheckpoint(folder, savedRun(++step), [], { keep: Number(keep) });
