import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagName } from '../config/flag-name.js';
import { optionsOf } from '../config/section-flags.js';
import { isWritable } from '../program/read-text.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';
import { COMMANDS } from './all.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-program-'));
  await writeVideo(join(folder, 'videos/a.mp4'));
  await writeVideo(join(folder, 'k400/train/run/aaaaaaaaaaa_000000_000010.mp4'));
  await writeFile(
    join(folder, 'k400/train.csv'),
    'label,youtube_id,time_start,time_end,split\nrun,aaaaaaaaaaa,0,10,train\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));
const run = (...args: string[]) => runTgm(args, { cwd: folder });

describe('tgm', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it('says what it is where no command is given, and ends with 64', async () => {
    expect(await run()).toMatchObject({ code: 64, stdout: expect.stringContaining('tgm <command>') });
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('names the command that was probably meant', async () => {
    const { code, stderr } = await run('shrds');
    expect(stderr).toContain('Did you mean "shards"?');
    expect(code).toBe(64);
  });

  it('names the option that was probably meant', async () => {
    const { code, stderr } = await run('data', 'videos', '--templtes', 'a {}');
    expect(stderr).toMatch(/Unknown option '--templtes'. Did you mean --templates\?.*USAGE/);
    expect(code).toBe(64);
  });

  it('refuses a patience that is none, in one process too', async () => {
    const { code, stderr } = await run('retrieve', 'a dog', '--source', 'videos', '--patience', '0');
    expect(stderr).toContain('--patience: expected a number above 0, got "0". (OPTION_INVALID)');
    expect(code).toBe(64);
  });

  it('tells an error to machines too', async () => {
    const { code, stdout, stderr } = await run('data', 'none', '--json');
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'INPUT_INVALID',
        message: expect.stringContaining('got nothing there'),
        where: join(folder, 'none'),
        expected: expect.any(String),
        received: 'nothing there',
        advice: expect.any(String),
      },
    });
    expect(stderr).toContain('INPUT_INVALID');
    expect(code).toBe(64);
  });
});

/** What needs a model, labels, a program, or somebody to end it is tried in the command's own test. */
const OWN_EXAMPLES = new Set([
  'caption',
  'score',
  'pretrain',
  'finetune',
  'resume',
  'probe',
  'evaluate',
  'retrieve',
  'export',
  'watch',
]);

describe.each(COMMANDS)('tgm $name --help', ({ name, sections }) => {
  it('tells every option, each by its flag', async () => {
    const { code, stdout } = await run(name, '--help');
    expect(code).toBe(0);
    const own = sections.at(-1)!;
    for (const option of optionsOf(own).keys())
      if (!option.includes('.')) expect(stdout).toMatch(new RegExp(`^ {2}--${flagName(option)}\\b`, 'm'));
    expect(stdout).toMatch(/^ {2}--json /m);
  });

  it('names the options of each format of videos, where it reads videos', async () => {
    const { stdout } = await run(name, '--help');
    for (const { when, table } of sections.find((each) => each.name === 'data')?.groups ?? [])
      for (const [option, field] of Object.entries(table.fields))
        if (isWritable(field)) expect(stdout, when ?? '').toMatch(new RegExp(`--${flagName(option)}\\b`));
  });

  it('has examples that work', async () => {
    const { stdout } = await run(name, '--help');
    const lines = [...stdout.matchAll(/^ {2}tgm (\S.*)$/gm)].map(([, line]) => line!);
    expect(lines.length).toBeGreaterThan(0);
    if (OWN_EXAMPLES.has(name)) return;
    for (const line of lines) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
      const ended = await run(...words, ...(name === 'doctor' ? ['--no-hub'] : []));
      expect(ended, line).toMatchObject({ code: 0 });
    }
  });
});
