import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

/** Names of all packages that an installation of the package in `folder` brings, by its dependencies, optional ones included. */
function installed(folder: string, found = new Set<string>()): Set<string> {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (found.has(name)) continue;
    found.add(name);
    installed(folderOf(name, folder), found);
  }
  return found;
}

/** Where Node finds a package from a folder; `exports` may hide its package.json from `require.resolve`. */
function folderOf(name: string, from: string): string {
  for (const place of createRequire(join(from, 'package.json')).resolve.paths(name) ?? []) {
    try {
      readFileSync(join(place, name, 'package.json'));
      return join(place, name);
    } catch {}
  }
  throw new Error(`${name} is not installed.`);
}

it('brings no FFmpeg', () => {
  const names = installed(dirname(import.meta.dirname));
  expect(names).toContain('onnxruntime-node');
  expect([...names].filter((name) => /node-av|ffmpeg|video-io|tgm.train/.test(name))).toEqual([]);
});
