// Installs each package as its README says, word for word, in an empty project, with npm 10 and npm 11, and runs the
// README's `js` blocks and scripts/tarball-usage/<package>.mjs there. Arguments: folders of packages, all if left out.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './install/command.mjs';
import { installInto } from './install/empty-project.mjs';
import { fetchedTool } from './install/fetched-tool.mjs';
import { bytesOf, installedPlaces, nameAt, placesOf } from './install/installed-tree.mjs';
import { serveRegistry } from './install/local-registry.mjs';
import { packPackages, ROOT } from './install/packed-packages.mjs';
import { codeBlocks, importedPackages, installLines } from './install/readme-code.mjs';

const NPM_VERSIONS = ['10.9.4', '11.19.1'];
/** Packages that may bring FFmpeg. */
const WITH_VIDEO = ['video-io', 'train', 'cli'];
const FFMPEG = /^(node-av|@seydx\/.*)$/;

const work = mkdtempSync(join(tmpdir(), 'tgm-installs-'));
const packages = await packPackages(work);
const registry = await serveRegistry(packages);
const chosen = process.argv.slice(2);
const checked = packages.filter(({ folder }) => chosen.length === 0 || chosen.includes(folder));
let failed = 0;
for (const version of NPM_VERSIONS) {
  const npm = await fetchedTool('npm', version);
  for (const entry of checked) {
    const project = join(work, 'project');
    const started = performance.now();
    try {
      const said = await check(entry, project, npm);
      const seconds = Math.round((performance.now() - started) / 1000);
      console.log(`npm ${version}, ${entry.manifest.name}, ${seconds} s: ${said}`);
    } catch (error) {
      failed += 1;
      console.error(`npm ${version}, ${entry.manifest.name}: FAILED: ${error.message}`);
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  }
}
registry.close();
rmSync(work, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);

async function check({ folder, path, manifest }, project, npm) {
  const readme = readFileSync(join(path, 'README.md'), 'utf8');
  const lines = installLines(readme);
  if (lines === undefined) throw new Error('the README has no `sh` block that installs the package');
  const programs = codeBlocks(readme, 'js');
  const unnamed = programs.flatMap(importedPackages).filter((name) => !lines.split(/\s+/).includes(name));
  if (unnamed.length > 0)
    throw new Error(`the README's examples import ${unnamed}, which its lines do not install`);

  await installInto(project, lines, { registry, npm });
  const brought = placesOf(manifest.name, project);
  const ffmpeg = brought.map(nameAt).filter((name) => FFMPEG.test(name));
  if (!WITH_VIDEO.includes(folder) && ffmpeg.length > 0) throw new Error(`it brings ${ffmpeg}`);
  const runtimes = installedPlaces(project).filter((place) => nameAt(place) === 'onnxruntime-node');
  if (runtimes.length > 1)
    throw new Error(`the README's lines bring two copies of a native library: ${runtimes}`);

  for (const program of programs) {
    writeFileSync(join(project, 'example.mjs'), program);
    await run('node', ['example.mjs'], { cwd: project });
  }
  copyFileSync(join(ROOT, 'scripts', 'tarball-usage', `${folder}.mjs`), join(project, 'use.mjs'));
  const { stdout } = await run('node', ['use.mjs'], { cwd: project });
  const megabytes = (bytesOf(brought, project) / 1e6).toFixed(1);
  return `${megabytes} MB, ${programs.length} README programs run; ${stdout.trim()}`;
}
