import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { defineConfig, openDataset, openTeacher, watchRuns } from '@tgm/cli';
import { readCommandLine } from '@tgm/cli/program';

if (
  defineConfig({}) === undefined ||
  readCommandLine({ program: 'own', fields: {} }, ['--help']) !== undefined
)
  throw new Error('the exports are not those of @tgm/cli');
mkdirSync('own-videos', { recursive: true });
writeFileSync('own-videos/a.mp4', 'no video');
if ((await openDataset({ source: 'own-videos' })).length !== 1) throw new Error('the video is not found');
const teacher = await openTeacher();
if ((await teacher.encoder.encodeText(['a red circle'])).width !== 64)
  throw new Error('the tiny CLIP does not open');
await teacher.dispose();
const tgm = (...args) =>
  execFileSync(process.execPath, ['node_modules/@tgm/cli/bin/tgm.js', ...args], { encoding: 'utf8' });
const facts = JSON.parse(tgm('data', 'own-videos', '--json'));
if (facts.samples !== 1) throw new Error(`tgm data tells ${facts.samples} samples`);
console.log(tgm('doctor', '--no-hub'));
const serving = await watchRuns({ run: 'own-videos', port: 0 });
const shown = await (await fetch(serving.url)).text();
await serving.close();
if (!shown.includes('There is none yet')) throw new Error(`tgm watch shows ${shown}`);
