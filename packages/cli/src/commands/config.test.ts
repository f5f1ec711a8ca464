import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const run = (...args: string[]) => runTgm(args, { cwd: folder });
/** The configuration that `--print-config` prints, behind its comment. */
const printed = (stdout: string) => JSON.parse(stdout.replace(/^\/\/.*$/gm, ''));

const GOOD = `{
  // The videos of this project.
  "data": { "source": "videos", "format": "folder", "caption": "a video" },
  "shards": {
    "output": "/shards",
    "encoding": { "crf": 30 },
  },
}
`;

describe('a configuration', () => {
  it('stands under flags and over defaults; its paths are those of its folder', async () => {
    await mkdir(join(folder, 'inner'));
    await write('inner/tgm.config.json', GOOD);
    const { code, stdout } = await run(
      ...['shards', '--config', 'inner/tgm.config.json', '--print-config'],
      ...['--caption', 'another', '--encoding.gop', '6', '--samples-per-shard=4'],
    );
    expect(code).toBe(0);
    expect(printed(stdout)).toEqual({
      data: { source: join(folder, 'inner/videos'), format: 'folder', caption: 'another' },
      shards: {
        output: '/shards',
        samplesPerShard: 4,
        encoding: { shortSide: 256, gop: 6, crf: 30, maxFrames: 3000 },
        threads: 1,
        refusedShare: 0.1,
        retryRefused: false,
        limits: {},
      },
    });
    await write('printed.json', stdout);
    expect((await run('shards', '--config', 'printed.json', '--print-config')).stdout).toBe(stdout);
  });

  it('is told before the work, each option with where it comes from, but for defaults', async () => {
    await write('tgm.config.json', GOOD.replace('"videos"', '"none"'));
    const { stderr } = await run('shards', '--threads', '2');
    expect(stderr).toMatch(/^ {2}data\.caption +"a video" {2}\(tgm\.config\.json:3:51\)$/m);
    expect(stderr).toMatch(/^ {2}shards\.threads +2 {2}\(--threads\)$/m);
    expect(stderr).toMatch(/^tgm shards, tgm\.config\.json; --print-config tells the defaults too$/m);
    expect(stderr).not.toContain('shards.refusedShare');
  });

  it.each<readonly [string, (text: string) => string, RegExp]>([
    [
      'an option that is not known, with the nearest',
      (text) => text.replace('"output"', '"outptu"'),
      /^tgm\.config\.json:5:5, shards\.outptu: expected one of the options .*Did you mean "output"\?/m,
    ],
    [
      'one within another',
      (text) => text.replace('"crf"', '"crt"'),
      /^tgm\.config\.json:6:19, shards\.encoding\.crt: .*Did you mean "crf"\?/m,
    ],
    [
      'a value out of range',
      (text) => text.replace('30', '99'),
      /^tgm\.config\.json:6:26, shards\.encoding\.crf: expected a number from 0 to 51, got 99\./m,
    ],
    [
      'a value that is misspelt',
      (text) => text.replace('"folder"', '"fodler"'),
      /^tgm\.config\.json:3:43, data\.format: .*got "fodler"\. Did you mean "folder"\?/m,
    ],
    [
      'a section that is not known',
      (text) => text.replace('"shards"', '"shard"'),
      /^tgm\.config\.json:4:3: expected one of the sections .*Did you mean "shards"\?/m,
    ],
    [
      'a section that is no object',
      (text) => text.replace(/"shards": [\s\S]*$/, '"shards": 3 }'),
      /^tgm\.config\.json:4:13, shards: expected an object of options, got 3/m,
    ],
    [
      'an option that is there twice',
      (text) => text.replace('"encoding"', '"output"'),
      /^tgm\.config\.json:6:5: expected every name once in an object, got "output" again/m,
    ],
    [
      'what is no JSON',
      (text) => text.replace('"output": ', '"output" '),
      /^tgm\.config\.json:5:14: expected JSON, .*ColonExpected/m,
    ],
    ['an empty file', () => '', /^tgm\.config\.json:1:1: expected .*JSON/m],
    [
      'a list',
      () => '[1]',
      /^tgm\.config\.json:1:1: expected an object of sections, .*got a value of type array/m,
    ],
  ])('with %s is refused by line and column, and ends with 64', async (_, change, message) => {
    await write('tgm.config.json', change(GOOD));
    const { code, stderr } = await run('shards', '--print-config');
    expect(stderr).toMatch(message);
    expect(stderr).toContain('(CONFIG_INVALID)');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(64);
  });

  it('says to which format an option belongs', async () => {
    await mkdir(join(folder, 'videos'));
    const layout = await run('data', 'videos', '--layout', 'by-class');
    expect(layout.stderr).toMatch(
      /^--layout: .* It belongs to --format kinetics; this is --format folder\./m,
    );
    expect(layout.code).toBe(64);
    await write(
      'tgm.config.json',
      '{ "data": { "source": "videos", "layuot": "flat", "clases": "folders" } }',
    );
    const misspelt = await run('data');
    expect(misspelt.stderr).toMatch(
      /data\.layuot: .* Did you mean "layout"\? It belongs to --format kinetics;/,
    );
    expect(misspelt.stderr).toMatch(/data\.clases: .* Did you mean "classes"\? \(/m);
    const several = await run('data', 'videos', 'more', '--classes', 'a', '--classes', 'b');
    expect(several.stderr).toMatch(/only tar files are several, got 2 paths/);
  });

  it('does not refuse what may be right where the format is not known for another reason', async () => {
    await write('tgm.config.json', '{ "data": { "source": 5, "classes": "folders" } }');
    const { code, stderr } = await run('data');
    expect(stderr).toMatch(/data\.source: expected a path, or a list of paths, got 5\./);
    expect(stderr).not.toContain('classes');
    expect(code).toBe(64);
  });

  it('names the flag that sets the option of its section', async () => {
    const args = ['probe', 'run', '--source', 'videos', '--format', 'folder', '--preset', 'probe-b-k400'];
    const { stderr } = await run(...args, '--output', 'probed');
    expect(stderr).toMatch(/^validation\.source: .* got nothing\. Give it by --validation\.source: /m);
  });

  it('takes a list by its flag given again, whatever the entries have to be', async () => {
    const videos = ['--source', 'videos', '--format', 'folder', '--templates', 'a {}', '--templates', 'b {}'];
    const tests = [
      '--validation.source',
      'videos',
      '--validation.format',
      'folder',
      '--preset',
      'probe-b-k400',
    ];
    const chosen = ['--protocols', 'lbfgs', '--protocols', 'knn', '--output', 'probed', '--print-config'];
    const { code, stdout, stderr } = await run('probe', 'run', ...videos, ...tests, ...chosen);
    expect(code, stderr).toBe(0);
    expect(printed(stdout)).toMatchObject({
      data: { templates: ['a {}', 'b {}'] },
      probe: { protocols: ['lbfgs', 'knn'] },
    });
  });

  it('with several mistakes tells all of them', async () => {
    await write('tgm.config.json', GOOD.replace('30', '99').replace('"output"', '"outptu"'));
    const { stderr } = await run('shards', '--print-config');
    expect(stderr).toMatch(/^tgm\.config\.json:6:26, shards\.encoding\.crf: .*got 99/m);
    expect(stderr).toMatch(/^tgm\.config\.json:5:5, shards\.outptu: /m);
    expect(stderr).toMatch(/^shards\.output: .*got nothing\. Give it by --output: .*/m);
  });

  it('is one: of two the program takes neither', async () => {
    await write('tgm.config.json', GOOD);
    await write('tgm.config.ts', 'export default {};');
    const { code, stderr } = await run('shards', '--print-config');
    expect(stderr).toMatch(/expected one configuration file, got tgm\.config\.ts and tgm\.config\.json/);
    expect(code).toBe(64);
  });

  it('that is named has to be there', async () => {
    const { code, stderr } = await run('shards', '--config', 'none.json');
    expect(stderr).toMatch(/none\.json: expected a configuration file that can be read.*CONFIG_INVALID/);
    expect(code).toBe(64);
  });
});

const TYPED = `import { defineConfig, type TgmConfig } from '@tgm/cli';

const data: TgmConfig['data'] = {
  format: 'kinetics',
  source: 'train.csv',
  videos: 'train',
  layout: 'flat',
  path: (file: string) => file.replace('.mp4', '.webm'),
};
export default defineConfig({ data });
`;

describe('a configuration in TypeScript', () => {
  it('has types, imports this package wherever it lies, and may hold functions', async () => {
    await write('tgm.config.ts', TYPED);
    await write('train.csv', 'label,youtube_id,time_start,time_end\nrun,aaaaaaaaaaa,0,10\n');
    await mkdir(join(folder, 'train'));
    await write('train/aaaaaaaaaaa_000000_000010.webm', 'no video');
    const { code, stdout } = await run('data', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      samples: 1,
      missing: { count: 0 },
      probed: { unreadable: { count: 1 } },
    });
    const config = (await run('data', '--print-config')).stdout;
    expect(config).toContain('// Functions are not in here: data.path');
    expect(printed(config).data).toMatchObject({ videos: join(folder, 'train') });
  });

  it.each<readonly [string, (text: string) => string, RegExp]>([
    [
      'an option that is not known',
      (text) => text.replace('layout', 'layuot').replace("'train',", "'train', layout: 'flat',"),
      /^tgm\.config\.ts:7:3, data\.layuot: .*Did you mean "layout"\?/m,
    ],
    [
      'a wrong value',
      (text) => text.replace("'flat'", "'flatt'"),
      /^tgm\.config\.ts:7:3, data\.layout: .*Did you mean "flat"\?/m,
    ],
    [
      'a slip of the pen',
      (text) => text.replace("'train',", "'train'"),
      /^tgm\.config\.ts:7:3: expected a module that can be loaded, got Unexpected token.*\.? \(CONFIG_INVALID\)\s*$/m,
    ],
    [
      'what throws',
      () => 'const day: string = "not today";\n  throw new Error(day);',
      /^tgm\.config\.ts:2: expected a module .*not today/m,
    ],
    ['no default export', () => 'export const config = 1;', /^tgm\.config\.ts: expected .*default export/m],
  ])('with %s is refused, and ends with 64', async (_, change, message) => {
    await write('tgm.config.ts', change(TYPED));
    const { code, stderr } = await run('data', '--print-config');
    expect(stderr).toMatch(message);
    expect(stderr).toContain('(CONFIG_INVALID)');
    expect(code).toBe(64);
  });

  it('is not read as a video of its own folder', async () => {
    await write('tgm.config.ts', `export default { data: { source: '.', format: 'folder', caption: 'x' } };`);
    await write('a.mp4', 'no video');
    expect(JSON.parse((await run('data', '--json')).stdout)).toMatchObject({ samples: 1 });
    expect(await readFile(join(folder, 'tgm.config.ts'), 'utf8')).toContain('source');
  });
});
