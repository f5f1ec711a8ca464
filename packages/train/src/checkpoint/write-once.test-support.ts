import { TrainError } from '../errors.js';
import { savedRun } from './saved-run.test-support.js';
import { writeCheckpoint } from './write-checkpoint.js';

/** Writes one checkpoint of 4 MB, and says how it ended. */
const [folder = '', step = '1'] = process.argv.slice(2);
const data = new Float32Array(2 ** 20).fill(1);
const saved = { ...savedRun(Number(step)), buffers: { large: { shape: [2 ** 20], data } } };
try {
  await writeCheckpoint(folder, saved, [], { keep: 1 });
  console.log(JSON.stringify({ code: 'written' }));
} catch (error) {
  const { code, message, cause } = error as TrainError;
  console.log(
    JSON.stringify({ typed: error instanceof TrainError, code, message, caused: cause instanceof Error }),
  );
}
