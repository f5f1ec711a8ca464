import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** `train` is left out: its README has no whole program. */
const PACKAGES = [
  'options',
  'random',
  'masking',
  'losses',
  'eval',
  'models',
  'tfjs-backend-onnx',
  'video-io',
  'report',
];

/** What the programs of each README print, in their order, by its words and comments. Line breaks are written as spaces. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  options: [
    /^\{ share: 0\.5, top: 'none' \} bake, option top: expected "cream" or "none", got "jam"\.$/,
    /^\{ share: 0\.5, is: 'bake' \}$/,
  ],
  random: [/^0\.\d+ Uint32Array\(3\) \[ \d, \d, \d \]$/],
  masking: [/^160 1408 632 936 392 1176$/, /^random-slice \{.*\} text \{ places: 1, nearest: 1,.*\}$/, /^$/],
  losses: [/^reconstruction 1\.8(2[5-9]|3[0-4])\d* contrastive 0\.6(7[5-9]|8[0-4])\d*$/],
  eval: [
    /^100 100$/,
    /^Float64Array\(2\) \[ 66, 67 \] Uint32Array\(4\) \[ 66, 34, 33, 67 \] \{ value: 66\.5, .*\} \{ value: 3\.5, from: [1-9]/,
    /^0$/,
    /^(7|8|9|10)\d[.\d]* \{ rate: 0\.01, weightDecay: 0\.01 \} \[ \{ rate: 0\.01, .*\}, \{ rate: 0\.001, .*\} \]$/,
    /^30 clip 29 2 100$/,
    /^100 50$/,
    /^100 50 50$/,
    /^50 75 25 100 100 100$/,
    /^100 25 0\.693$/,
    /^100 1 0 a video of push 100$/,
  ],
  models: [/^\[ 1, 24, 48 \] \[ 1, 40, 1536 \] 64$/, /^archery 2 HighJump 2$/, /^1 4 4 4 5$/, /^3 16 true$/],
  'tfjs-backend-onnx': [
    /^Float32Array\(1\) \[ (2|2\.00\d*|1\.99\d*) \] Float32Array\(1\) \[ (1|1\.00\d*|0\.99\d*) \]$/,
    /^\[ 'state\.slope', 'x' \] \[ 'state\.slope\.next', 'y' \]$/,
  ],
  report: [/^\[ 'frames', 'match', 'brightest' \] 516 442 report\.html$/],
  'video-io': [/^98304 Float64Array\(8\) \[ 0, 0\.08, .*\] \{.* vectors: Float32Array\(4096\).*\}$/],
};

const readmeOf = (name: string): Promise<string> =>
  readFile(join(ROOT, 'packages', name, 'README.md'), 'utf8');

function blocksOf(readme: string, language: string): string[] {
  return [...readme.matchAll(/^```(\S*)\n(.*?)^```/gms)].flatMap(([, found, code]) =>
    found === language ? [code!] : [],
  );
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-readmes-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(PACKAGES)('the README of %s', (name) => {
  it('has programs that print what it says', { timeout: 120_000 }, async () => {
    const programs = blocksOf(await readmeOf(name), 'js');
    const printed: string[] = [];
    for (const program of programs) {
      const shown = program.includes('exportOnnx') ? '\nconsole.log(made.inputs, made.outputs);' : '';
      await writeFile(join(folder, 'program.mjs'), program + shown);
      const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
      printed.push(stdout.trim().replaceAll(/\s+/g, ' '));
    }
    expect(printed).toEqual(PRINTED[name]!.map((pattern) => expect.stringMatching(pattern)));
  });

  it('imports and lists what there is', { timeout: 60_000 }, async () => {
    const readme = await readmeOf(name);
    const code = [...blocksOf(readme, 'js'), ...blocksOf(readme, 'ts')].join('\n');
    const imports = [...code.matchAll(/^import \{([^}]*)\} from '(@tgm\/[^']+)';$/gm)];
    expect(imports.length).toBeGreaterThan(0);
    for (const [, names, from] of imports) {
      const wanted = names!.split(',').map((each) => each.trim());
      const module = (await import(from!)) as object;
      expect(Object.keys(module), from).toEqual(expect.arrayContaining(wanted.filter((each) => each !== '')));
    }
    // A call that begins the first cell of a row of a table.
    const calls = [...readme.matchAll(/^\| `(\w+)\(/gm)].map(([, call]) => call!);
    const module = (await import(`@tgm/${name}`)) as object;
    expect(Object.keys(module)).toEqual(expect.arrayContaining(calls));
  });
});
