import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { expect, it } from 'vitest';
import { masksOfAll } from './browser-masks.test-values.js';
import type * as masking from './index.js';
import type * as testing from './testing.js';

/** Debian's, or what the environment names. */
const chromium = process.env.TGM_CHROMIUM ?? '/usr/bin/chromium';
const reason = existsSync(chromium)
  ? ''
  : ` (skipped: no ${chromium}; apt-get install chromium, or TGM_CHROMIUM=<path>)`;

const packageFolder = resolve(import.meta.dirname, '..');
const dist = (file: string) => join(packageFolder, 'dist', file);

/** This test's page in one script, with the package as it is published. */
async function bundle(): Promise<string> {
  const entry = join(import.meta.dirname, 'browser-masks.test-page.ts');
  const published: Record<string, string> = {
    './index.js': dist('index.js'),
    './testing.js': dist('testing.js'),
  };
  const result = await build({
    root: packageFolder,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'published-package',
        enforce: 'pre',
        resolveId: (id, importer) => (importer === entry ? published[id] : undefined),
      },
    ],
    build: { write: false, lib: { entry, formats: ['iife'], name: 'masks' } },
  });
  const [output] = [result].flat();
  if (!output || !('output' in output)) throw new Error('no bundle');
  return output.output[0].code;
}

it.skipIf(reason !== '')(
  `masks of every strategy are the same in headless Chromium as in Node${reason}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tgm-browser-'));
    try {
      const page = join(folder, 'index.html');
      const script = (await bundle()).replaceAll('</', '<\\/');
      await writeFile(page, `<!doctype html><meta charset="utf-8"><body>nothing<script>${script}</script>`);
      const flags = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${folder}/profile`,
        '--dump-dom',
      ];
      const { stdout } = await promisify(execFile)(chromium, [...flags, pathToFileURL(page).href], {
        maxBuffer: 2 ** 26,
      });
      const text = /<body>(.*)<\/body>/s.exec(stdout)?.[1];
      const inNode = masksOfAll(
        (await import(dist('index.js'))) as typeof masking,
        (await import(dist('testing.js'))) as typeof testing,
      );
      expect(Object.keys(inNode).length).toBeGreaterThan(20);
      expect(JSON.parse(text ?? 'null')).toEqual(inNode);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  // A bundle and a browser, beside other tests.
  60_000,
);
