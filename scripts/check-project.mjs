// All packages in one project of somebody else: their types under TypeScript 5 and 7, and what still works on a machine
// without the native binaries of onnxruntime-node and node-av.
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './install/command.mjs';
import { installInto } from './install/empty-project.mjs';
import { fetchedTool } from './install/fetched-tool.mjs';
import { serveRegistry } from './install/local-registry.mjs';
import { packPackages } from './install/packed-packages.mjs';

const TYPESCRIPT_VERSIONS = ['5.9.3', '7.0.2'];
/** An address where nothing answers. */
const NOWHERE = 'http://127.0.0.1:9';

const work = mkdtempSync(join(tmpdir(), 'tgm-project-'));
const project = join(work, 'project');
const packages = await packPackages(work);
const names = packages.map(({ manifest }) => manifest.name);
const registry = await serveRegistry(packages);
/** The types of TensorFlow.js do not pass the check of libraries. */
const withoutTensorFlow = packages
  .filter(({ manifest }) => {
    const { dependencies, peerDependencies } = manifest;
    return !('@tensorflow/tfjs' in { ...dependencies, ...peerDependencies });
  })
  .map(({ manifest }) => manifest.name);
const outside = '@tensorflow/tfjs @tensorflow/tfjs-backend-wasm';

let failed = 0;
const check = async (what, holds) => {
  try {
    await holds();
    console.log(`${what}: ok`);
  } catch (error) {
    failed += 1;
    console.error(`${what}: FAILED: ${error.message}`);
  }
};

await installInto(project, `npm install --ignore-scripts ${names.join(' ')} ${outside} @types/node@20`, {
  registry,
});
for (const version of TYPESCRIPT_VERSIONS) {
  const compiler = join(await fetchedTool('typescript', version), 'bin', 'tsc');
  const compile = (imported, skipLibCheck) => async () => {
    const uses = imported.map(
      (name, index) => `import * as package${index} from '${name}';\nvoid package${index};\n`,
    );
    writeFileSync(join(project, 'use.ts'), uses.join(''));
    const settings = { target: 'ES2022', lib: ['ES2023'], module: 'NodeNext', types: ['node'] };
    const compilerOptions = { ...settings, strict: true, noEmit: true, skipLibCheck };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    await run('node', [compiler], { cwd: project });
  };
  await check(`types of all, TypeScript ${version}`, compile(names, true));
  await check(`types without skipLibCheck, TypeScript ${version}`, compile(withoutTensorFlow, false));
}

const useWithoutBinaries = async () => {
  copyFileSync(join(import.meta.dirname, 'tarball-usage', 'without-binaries.mjs'), join(project, 'use.mjs'));
  console.log((await run('node', ['use.mjs', ...names], { cwd: project })).stdout.trim());
};
const installed = (name) => join(project, 'node_modules', ...name.split('/'));
rmSync(join(installed('onnxruntime-node'), 'bin'), { recursive: true });
rmSync(installed('@seydx'), { recursive: true });
await check('without native binaries', useWithoutBinaries);

// A plain installation where install scripts cannot download anything.
rmSync(project, { recursive: true });
const env = { GLOBAL_AGENT_HTTP_PROXY: NOWHERE, GLOBAL_AGENT_HTTPS_PROXY: NOWHERE };
await check('plain npm install without downloads', async () => {
  await installInto(project, `npm install ${names.join(' ')} ${outside}`, { registry, env });
  if (process.platform !== 'linux' || process.arch !== 'x64') return; // Elsewhere the script fetches nothing.
  if (existsSync(installed('onnxruntime-node')))
    throw new Error('onnxruntime-node is there: it did download');
  rmSync(installed('@seydx'), { recursive: true });
  await useWithoutBinaries();
});

registry.close();
rmSync(work, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
