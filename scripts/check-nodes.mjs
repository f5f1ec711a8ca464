// The packages on other versions of Node than this machine's, from npm's packages of Node: every package is imported and
// the fast suites run. `--all` runs all suites. A version that cannot be had is said and skipped.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './install/command.mjs';
import { fetchedTool } from './install/fetched-tool.mjs';
import { ROOT } from './install/packed-packages.mjs';

/** The oldest version that the packages allow, and the newer lines under long-term support. */
const NODE_VERSIONS = ['20.19.0', '22.23.3', '24.21.0'];

/** Suites that take seconds: whole packages, or the files of one that touch Node most (threads, native code, files). */
const FAST = {
  options: [],
  random: [],
  masking: [],
  losses: [],
  report: [],
  'tfjs-backend-onnx': ['src/compile.test.ts', 'src/eager-engines.test.ts', 'src/runtime'],
  models: ['src/safetensors', 'src/clip-model/tokenizer.test.ts', 'src/frame-tokens.test.ts'],
  cli: ['src/program', 'src/data/detect-format.test.ts', 'src/commands/config.test.ts'],
  'video-io': ['src/encode', 'src/pool', 'src/container'],
};

const all = process.argv.includes('--all');
const suites = all
  ? Object.fromEntries(readdirSync(join(ROOT, 'packages')).map((folder) => [folder, []]))
  : FAST;
// Vitest passes over a name that matches no file as long as another one does.
for (const [folder, files] of Object.entries(suites))
  for (const file of files)
    if (!existsSync(join(ROOT, 'packages', folder, file)))
      throw new Error(`no ${file} in packages/${folder}`);
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
let failed = 0;
let skipped = 0;
for (const version of NODE_VERSIONS) {
  let node;
  try {
    const system = process.platform === 'win32' ? 'win' : process.platform;
    node = join(await fetchedTool(`node-${system}-${process.arch}`, version), 'bin', 'node');
  } catch (error) {
    skipped += 1;
    console.log(`Node ${version}: SKIPPED, it cannot be had here: ${error.message}`);
    continue;
  }
  for (const [folder, files] of Object.entries(suites)) {
    const cwd = join(ROOT, 'packages', folder);
    const { name } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
    const started = performance.now();
    try {
      await run(node, ['--input-type=module', '-e', `await import('${name}')`], { cwd });
      const args = [vitest, 'run', '--testTimeout=120000', '--hookTimeout=120000', ...files];
      const { stdout } = await run(node, args, { cwd, env: { NO_COLOR: '1', FORCE_COLOR: '0' } });
      const tests = /Tests\s+(.*)/.exec(stdout)?.[1];
      console.log(
        `Node ${version}, ${name}: ${tests}, ${Math.round((performance.now() - started) / 1000)} s`,
      );
    } catch (error) {
      failed += 1;
      console.error(`Node ${version}, ${name}: FAILED: ${error.message}`);
    }
  }
}
console.log(`${NODE_VERSIONS.length - skipped} of ${NODE_VERSIONS.length} versions of Node tried`);
process.exit(failed === 0 ? 0 : 1);
