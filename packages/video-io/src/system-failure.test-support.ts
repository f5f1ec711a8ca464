import { chmodSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setuid } from 'node:process';
import { clipLoader, datasetOf, pretrainingRecipe } from './index.js';
import { directPool } from './pool/direct-pool.test-support.js';

/**
 * A program of its own, for conditions that would hit the tests themselves: loads videos under `skip`, breaks the system
 * behind the first, and tells in JSON how the run ended.
 *
 *   node --import tsx system-failure.test-support.ts <handles | rights> <quarantine> <video> <video>
 */
const [breaking, quarantine, ...sources] = process.argv.slice(2) as [string, string, ...string[]];
const NOBODY = 65_534;

const BREAKS: Readonly<Record<string, () => void>> = {
  handles() {
    try {
      for (;;) openSync('/dev/null', 'r');
    } catch {
      // No handle is left now.
    }
  },
  rights() {
    for (const source of sources) chmodSync(source, 0);
    chmodSync(dirname(quarantine), 0o777);
    chmodSync(quarantine, 0o666);
    if (process.getuid?.() === 0) setuid?.(NOBODY);
  },
};

const loader = clipLoader({
  dataset: datasetOf(
    'two',
    sources.map((source) => ({ id: source, source, captions: [] })),
  ),
  pool: directPool(),
  recipe: pretrainingRecipe({ frameCount: 2, stride: 1, size: { width: 16, height: 16 } }),
  seed: 0,
  epochs: 1,
  shuffle: false,
  prefetch: 1,
  badSamples: { kind: 'skip', limit: 9, quarantine },
});
const given: string[] = [];
try {
  for await (const { sample } of loader) {
    given.push(sample.id);
    BREAKS[breaking]!();
  }
  console.log(JSON.stringify({ given }));
} catch (error) {
  const { code, fault, cause } = error as { code: string; fault: string; cause?: { code?: string } };
  console.log(JSON.stringify({ given, code, fault, cause: cause?.code }));
}
