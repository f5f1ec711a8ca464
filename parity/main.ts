/**
 * `npm run parity -- <folder> …`: compares this project, on its `onnx` engine, with the figures of reference
 * implementations. A folder holds `<fixture>.json` and `<fixture>.safetensors`; every shape and tolerance is the
 * fixture's. Prints one line a quantity, fixture, name, largest absolute error, tolerance and `ok` or `MISS`, and
 * fails when one missed.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { checkFolder } from './check-folder.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vocabulary: { type: 'string' } },
});
// npm runs scripts in the repository's root; a path means what it does where npm was called.
const folders = positionals.map((folder) => resolve(process.env.INIT_CWD ?? '.', folder));
if (folders.length === 0) {
  console.error(
    'npm run parity -- <folder> … [--vocabulary <folder of clip-vocab.json and clip-merges.txt>]',
  );
  process.exit(1);
}

/** Where OpenAI's vocabulary may lie: beside the fixtures, or beside the repository. */
function vocabularyOf(folder: string): string {
  const places = [
    join(folder, '../../clip-vocab'),
    join(folder, '../clip-vocab'),
    join(import.meta.dirname, '../../shared/clip-vocab'),
  ];
  return values.vocabulary ?? places.find((place) => existsSync(place)) ?? places[0]!;
}

const engine = await onnxEngine();
let checked = 0;
let missed = 0;
for (const folder of folders) {
  for await (const line of checkFolder({ folder, engine, vocabulary: vocabularyOf(folder) })) {
    checked++;
    if (!line.ok) missed++;
    const name = `${line.fixture}  ${line.name}`.padEnd(70);
    console.log(
      `${name}  ${line.error.toExponential(1).padStart(8)}  ${line.tolerance.padEnd(34)}  ${line.ok ? 'ok' : 'MISS'}`,
    );
  }
}
await engine.dispose();
console.log(`${checked} quantities, ${missed} missed`);
if (missed > 0) process.exitCode = 1;
