// The published packages as a registry would hold them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './command.mjs';

export const ROOT = resolve(import.meta.dirname, '..', '..');

/**
 * Packs every package of packages/ into `into`. Each comes with its folder's name, path and manifest, the path of its
 * tarball, the tarball's integrity, and the paths and the bytes of what is in it.
 */
export async function packPackages(into) {
  const packed = [];
  for (const folder of readdirSync(join(ROOT, 'packages'))) {
    const path = join(ROOT, 'packages', folder);
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', into], { cwd: path });
    const [{ filename, integrity, files, unpackedSize }] = JSON.parse(stdout);
    const tarball = join(into, filename);
    packed.push({
      folder,
      path,
      manifest,
      tarball,
      integrity,
      files: files.map((file) => file.path),
      unpackedSize,
    });
  }
  return packed;
}
