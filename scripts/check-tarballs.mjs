// Packs every package, checks the tarball with publint and attw, installs it by itself into an empty project
// and runs scripts/tarball-usage/<package>.mjs there.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'tgm-tarballs-'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const packages = readdirSync(join(root, 'packages')).map((folder) => {
  const path = join(root, 'packages', folder);
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', work], path));
  return { folder, path, manifest, tarball: join(work, packed.filename) };
});
const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));

// A package's own siblings are not on a registry yet, so their tarballs go along.
const withSiblings = (entry, seen = new Set()) => {
  seen.add(entry);
  for (const name of Object.keys(entry.manifest.dependencies ?? {})) {
    const sibling = byName.get(name);
    if (sibling && !seen.has(sibling)) withSiblings(sibling, seen);
  }
  return seen;
};

let failed = 0;
for (const entry of packages) {
  const project = join(work, entry.folder);
  try {
    run('npx', ['publint', '--strict', entry.tarball], root);
    run('npx', ['attw', '--profile', 'esm-only', entry.tarball], root);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n');
    cpSync(join(root, '.npmrc'), join(project, '.npmrc'));
    const tarballs = [...withSiblings(entry)].map((sibling) => sibling.tarball);
    run('npm', ['install', '--prefer-offline', ...tarballs], project);
    cpSync(join(root, 'scripts', 'tarball-usage', `${entry.folder}.mjs`), join(project, 'use.mjs'));
    const said = run('node', ['use.mjs'], project).trim();
    console.log(`${entry.manifest.name}: ${said}`);
  } catch (error) {
    failed += 1;
    console.error(
      `${entry.manifest.name}: FAILED\n${error.message}\n${error.stdout ?? ''}\n${error.stderr ?? ''}`,
    );
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
rmSync(work, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
