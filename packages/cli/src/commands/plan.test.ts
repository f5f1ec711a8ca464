import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MACHINES, type Plan, plan } from '../index.js';
import { laptop } from '../presets/laptop.js';
import { PRESETS, type PresetName } from '../presets/presets.js';
import { leakSafe } from '../presets/pretraining-presets.js';
import { withChanges } from '../presets/with-changes.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { runCommand } from './run-command.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** What a command prints, in this process. */
async function printed(...args: string[]): Promise<string> {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const code = await runCommand(args, new AbortController().signal);
  const text = said.mock.calls.map(([line]) => line).join('\n');
  said.mockRestore();
  expect(code).toBe(0);
  return text;
}

const planned = async (...args: string[]): Promise<Plan> =>
  JSON.parse(await printed('plan', ...args, '--json'));
/** A value as it is behind JSON. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('tgm plan', { timeout: 120_000 }, () => {
  it('has the published figures of the paper', async () => {
    const { code, stdout } = await runTgm(['plan', '--preset', 'tgm-b-ssv2', '--json'], { cwd: folder });
    expect(code).toBe(0);
    const { tokens, operations } = JSON.parse(stdout) as Plan;
    expect(tokens).toMatchObject({ all: 1568, visible: 632, masked: 936 });
    // 82.3 GMAC, within 2 %.
    expect(Math.abs(operations.published.total / 82.3e9 - 1)).toBeLessThan(0.02);
  });

  it.each(Object.keys(PRESETS) as PresetName[])(
    'plans %s and its laptop form as the function does',
    async (name) => {
      const settings = PRESETS[name];
      expect(await planned('--preset', name)).toEqual(asJson(plan({ settings })));
      expect(await planned('--preset', name, '--laptop', '--videos', '400')).toEqual(
        asJson(plan({ settings: laptop(settings), videos: 400 })),
      );
    },
  );

  it('reckons with the network and the loading that are told', async () => {
    const told = ['--machine', 'a100-80', '--devices', '32', '--network', '25', '--loads', '100'];
    const settings = PRESETS['videomae-b-k400'];
    const machine = MACHINES['a100-80'];
    const expected = plan({ settings, machine, devices: 32, network: 25, loads: 100 });
    expect(expected.time.parts).toMatchObject({ sums: expect.any(Number), load: expect.any(Number) });
    expect(await planned('--preset', 'videomae-b-k400', ...told)).toEqual(asJson(expected));
  });

  it('takes what is given over the preset, however deep', async () => {
    const changed = withChanges(leakSafe(PRESETS['tgm-b-ssv2']), {
      masking: { ratio: 0.75 },
      length: { accumulate: 8 },
      model: { numFrames: 8 },
    });
    const flags = ['--masking.ratio', '0.75', '--length.accumulate', '8', '--model.num-frames', '8'];
    const result = await planned('--preset', 'tgm-b-ssv2', '--leak-safe', ...flags);
    expect(result).toEqual(asJson(plan({ settings: changed })));
    expect(result.tokens.visible).toBe(784 - 588);
  });

  it('takes another strategy without the options of the old one', async () => {
    const flags = ['--masking.strategy', 'tube', '--masking.ratio', '0.9'];
    const { tokens } = await planned('--preset', 'tgm-b-ssv2', ...flags);
    expect(tokens.visible).toBe(160);
  });

  it('plans the only stage of a configuration, its preset and its changes, and not its folders', async () => {
    const file = join(folder, 'one.json');
    await writeFile(
      file,
      JSON.stringify({
        pretrain: { preset: 'tgm-b-k400', laptop: true, masking: { ratio: 0.75 }, output: 'run', seed: 3 },
        plan: { videos: 500, machine: 't4' },
      }),
    );
    const settings = withChanges(laptop(PRESETS['tgm-b-k400']), { masking: { ratio: 0.75 } });
    const result = await planned('--config', file);
    expect(result).toEqual(asJson(plan({ settings, videos: 500, machine: result.machine! })));
    expect(result.machine!.name).toBe('NVIDIA T4');
    // A preset alone is planned as it is.
    expect(await planned('--config', file, '--preset', 'probe-b-k400')).toMatchObject({ stage: 'probing' });
    expect(await planned('--config', file, '--no-laptop', 'pretrain')).toMatchObject({
      tokens: { all: 1568 },
    });
  });

  it('counts the videos of a configuration where they are here, and says so where not', async () => {
    const videos = join(folder, 'videos');
    await mkdir(videos);
    await Promise.all(Array.from({ length: 40 }, (_, at) => writeFile(join(videos, `${at}.mp4`), '')));
    const file = join(folder, 'data.json');
    const pretrain = { preset: 'videomae-s-ssv2', laptop: true, output: 'run' };
    await writeFile(file, JSON.stringify({ data: { source: 'videos' }, pretrain }));
    expect(await planned('--config', file)).toMatchObject({ videos: 40, time: { stepsPerEpoch: 2 } });
    expect(await planned('--config', file, '--videos', '64')).toMatchObject({ videos: 64 });
    await writeFile(file, JSON.stringify({ data: { source: 'away', layout: 'by-class' }, pretrain }));
    const { stdout, stderr } = await runTgm(['plan', '--config', file, '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ videos: 168_913 });
    expect(stderr).toMatch(/The videos of data are not counted: .*away: expected a folder of videos/);
  });

  it('prints a configuration that it takes again', async () => {
    const text = await printed('plan', '--preset', 'finetune-b-ssv2', '--laptop', '--print-config');
    const file = join(folder, 'printed.jsonc');
    await writeFile(file, text);
    expect(await printed('plan', '--config', file, '--print-config')).toBe(text);
  });

  it.each<readonly [string, readonly string[], string]>([
    [
      'nothing to plan',
      [],
      'plan.preset: expected a preset, or one of the sections pretrain, finetune, probe',
    ],
    ['a preset that is misspelt', ['--preset', 'tgm-b-ssv3'], 'Did you mean "tgm-b-ssv2"?'],
    ['a preset of another stage', ['finetune', '--preset', 'tgm-b-ssv2'], 'got "tgm-b-ssv2"'],
    ['a stage without a preset', ['probe'], 'expected the name of a preset (probe-b-k400, '],
    ['a form of nothing', ['pretrain', '--laptop'], '--laptop: expected a preset beside it'],
    [
      'a safe form of what does not leak',
      ['--preset', 'mgm-b-k400', '--leak-safe'],
      'whose masking reads text',
    ],
    [
      'a strategy that is misspelt',
      ['--preset', 'tgm-b-ssv2', '--masking.strategy', 'tex'],
      '--masking.strategy: expected "tube" or "random" or "random-slice" or "motion" or "text", got "tex". Did you mean "text"?',
    ],
    [
      'an option of another strategy',
      ['--preset', 'videomae-b-k400', '--masking.noise', '1'],
      '--masking.noise: expected one of the options ratio, got an unknown name.',
    ],
    [
      'a ratio that hides everything',
      ['--preset', 'videomae-b-k400', '--masking.ratio', '1'],
      '--masking.ratio: expected a number from 0 and below 1, got 1.',
    ],
    [
      'sizes that do not go with each other',
      ['--preset', 'videomae-b-k400', '--model.image-size', '225'],
      '--model.image-size: expected a multiple of patchSize (16), got 225.',
    ],
    [
      'text masks without a teacher',
      ['--preset', 'videomae-b-k400', '--masking.strategy', 'text', '--masking.ratio', '0.6'],
      'plan.text: expected a teacher and captions, which a masking or the contrast reads, got nothing.',
    ],
    [
      'parts that are no whole clips',
      ['--preset', 'videomae-b-k400', '--length.accumulate', '3'],
      'expected clips of a step that are a multiple of the parts times the devices',
    ],
  ])('refuses %s', async (_, args, message) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const failed = runCommand(['plan', ...args], new AbortController().signal);
    await expect(failed).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(message),
    });
  });
});
