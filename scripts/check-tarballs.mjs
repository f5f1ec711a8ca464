// Packs every package and looks at what would be published: publint and attw, the files, the manifest, and that what the
// code imports is what the manifest names. scripts/check-installs.mjs installs them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './install/command.mjs';
import { packPackages, ROOT } from './install/packed-packages.mjs';
import { importedPackages } from './install/readme-code.mjs';

const work = mkdtempSync(join(tmpdir(), 'tgm-tarballs-'));
let failed = 0;
for (const entry of await packPackages(work)) {
  const { manifest, files, unpackedSize } = entry;
  const faults = [...faultsOfFiles(entry), ...faultsOfManifest(manifest), ...faultsOfImports(entry)];
  await run('npx', ['publint', '--strict', entry.tarball], { cwd: ROOT }).catch(({ message }) =>
    faults.push(message),
  );
  const attw = ['attw', '--profile', 'esm-only', entry.tarball];
  await run('npx', attw, { cwd: ROOT }).catch(({ message }) => faults.push(message));
  if (faults.length > 0) failed += 1;
  const verdict = faults.length === 0 ? 'ok' : `FAILED\n  ${faults.join('\n  ')}`;
  console.log(`${manifest.name}: ${files.length} files, ${(unpackedSize / 1e3).toFixed(0)} kB: ${verdict}`);
}
rmSync(work, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);

function faultsOfFiles({ path, files, manifest }) {
  const faults = ['LICENSE', 'README.md', 'package.json'].filter((name) => !files.includes(name));
  const programs = Object.values(manifest.bin ?? {}).map((name) => name.replace('./', ''));
  const strangers = files.filter(
    (name) =>
      name.includes('/') &&
      !programs.includes(name) &&
      !/^dist\/.*\.(js|js\.map|d\.ts)$/.test(name) &&
      !/^models\/[^/]+\/(README\.md|[\w.]+\.(json|safetensors))$/.test(name),
  );
  const tests = files.filter((name) => name.includes('.test'));
  const license = readFileSync(join(ROOT, 'LICENSE'), 'utf8') === readFileSync(join(path, 'LICENSE'), 'utf8');
  return [
    ...faults.map((name) => `${name} is missing`),
    ...[...strangers, ...tests].map((name) => `${name} does not belong there`),
    ...(license ? [] : ["LICENSE is another one than the repository's"]),
  ];
}

function faultsOfManifest(manifest) {
  const faults = ['description', 'keywords', 'license', 'exports'].filter(
    (field) => !manifest[field]?.length && typeof manifest[field] !== 'object',
  );
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (manifest.engines?.node !== engines.node) faults.push('engines.node');
  if (manifest.sideEffects !== false) faults.push('sideEffects');
  return faults.map((field) => `package.json: ${field} is missing or differs`);
}

/** What the built files import must be named, and what is named must be used. */
function faultsOfImports({ path, manifest, files }) {
  const { name, dependencies, optionalDependencies, peerDependencies } = manifest;
  const named = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  const code = files
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .map((file) => readFileSync(join(path, file), 'utf8'));
  const imported = new Set(code.flatMap(importedPackages));
  const unnamed = [...imported].filter((other) => other !== name && !named.includes(other));
  const unused = named.filter((other) => !code.some((text) => new RegExp(`["']${other}["'/]`).test(text)));
  return [
    ...unnamed.map((other) => `${other} is imported, but no dependency`),
    ...unused.map((other) => `${other} is a dependency, but not used`),
  ];
}
