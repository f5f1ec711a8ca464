/**
 * `npm run fuzz -- [count] [seed] [first]`: decodes damaged copies of good videos and tells how they ended. The
 * same seed and numbers make the same damage. Ends with 1 when one ended in anything but frames or a `VideoError`.
 */
import { fuzz } from './fuzz.js';

const [count = '1000', seed = '1', first = '0'] = process.argv.slice(2);
const report = await fuzz({ seed, first: Number(first), count: Number(count) });
console.log(JSON.stringify(report, null, 2));
process.exitCode = report.faults.length > 0 ? 1 : 0;
