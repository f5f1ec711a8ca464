import { writing } from './feature-files.test-support.js';
import { writeFeatures } from './write-features.js';

/** Writes features in a process of its own, and tells of each sample. */
const [folder = '', format = ''] = process.argv.slice(2);
await writeFeatures({
  ...(await writing(folder, format as 'npy')),
  onProgress: ({ done }) => process.stdout.write(`${done}\n`),
});
