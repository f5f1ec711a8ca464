import { describe, expect, it } from 'vitest';
import { readJsonConfig } from '../config/read-json-config.js';
import { resolveSection } from '../config/resolve-section.js';
import { defineConfig } from '../config/tgm-config.js';
import { probeSection } from '../measuring/probe-section.js';
import { finetuneSection } from '../training/finetune-section.js';
import { pretrainSection } from '../training/pretrain-section.js';
import { pretrainingOf } from '../training/stage-of.js';
import { laptop } from './laptop.js';
import { PRESETS } from './presets.js';
import { leakSafe } from './pretraining-presets.js';
import { settingsIn } from './settings-section.js';
import { withChanges } from './with-changes.js';

const fileOf = (text: string) => readJsonConfig('/project/tgm.config.json', 'tgm.config.json', text);
const flags = (given: Readonly<Record<string, string | boolean>>) =>
  new Map(
    Object.entries(given).map(([option, text]) => [
      option,
      { flag: `--${option}`, texts: typeof text === 'string' ? [text] : text },
    ]),
  );

describe('a section of a stage', () => {
  const file = fileOf(`{
  "pretrain": {
    "preset": "tgm-b-ssv2", "output": "run",
    "masking": { "noise": 0.5 }, "length": { "epochs": 3 }
  }
}`);

  it('puts a file over a preset, and flags over the file', async () => {
    const given = flags({ 'masking.ratio': '0.75', laptop: true, seed: '7' });
    const { values, origins } = (await resolveSection(pretrainSection, file, given))!;
    const settings = withChanges(laptop(PRESETS['tgm-b-ssv2']), {
      masking: { ratio: 0.75, noise: 0.5 },
      length: { epochs: 3 },
    });
    expect(pretrainingOf(values).settings).toEqual(settings);
    expect(values).toMatchObject({ output: '/project/run', seed: 7, laptop: true, leakSafe: false });
    const preset = 'preset tgm-b-ssv2, laptop';
    expect(origins).toMatchObject({
      masking: `--masking.ratio over tgm.config.json:4:5 over ${preset}`,
      length: `tgm.config.json:4:34 over ${preset}`,
      rate: preset,
      output: 'tgm.config.json:3:29',
      laptop: '--laptop',
      threads: 'default',
    });
  });

  it('tells a masking that is replaced as a whole by its own place alone', async () => {
    const given = flags({ 'masking.strategy': 'random', 'masking.ratio': '0.5' });
    const { values, origins } = (await resolveSection(pretrainSection, file, given))!;
    expect(values.masking).toEqual({ strategy: 'random', ratio: 0.5 });
    expect(origins.masking).toBe('--masking.strategy');
  });

  it('is typed: part of a masking is enough over a preset', async () => {
    const { pretrain } = defineConfig({
      pretrain: { preset: 'tgm-b-k400', leakSafe: true, masking: { ratio: 0.75 }, output: '/run' },
    });
    const { values } = (await resolveSection(
      pretrainSection,
      fileOf(JSON.stringify({ pretrain })),
      flags({}),
    ))!;
    expect(values).toMatchObject({
      masking: { strategy: 'random', ratio: 0.75 },
      decoderMasking: { strategy: 'text', ratio: 0.6 },
    });
    // @ts-expect-error no preset has this name
    defineConfig({ pretrain: { preset: 'tgm-b', output: '/run' } });
  });

  it('takes another preset under the same file', async () => {
    const given = flags({ preset: 'tgm-b-k400', leakSafe: true });
    const own = { masking: { strategy: 'random', ratio: 0.6 }, length: { epochs: 3 } } as const;
    const text = fileOf('{ "pretrain": { "output": "run", "length": { "epochs": 3 } } }');
    const { values } = (await resolveSection(pretrainSection, text, given))!;
    expect(pretrainingOf(values).settings).toEqual(withChanges(leakSafe(PRESETS['tgm-b-k400']), own));
  });

  it('takes all settings without a preset', async () => {
    const { stage: _, ...settings } = laptop(PRESETS['finetune-b-ucf101']);
    const text = fileOf(JSON.stringify({ finetune: { ...settings, output: '/run', pretrained: 'model' } }));
    const { values } = (await resolveSection(finetuneSection, text, flags({})))!;
    expect(settingsIn('finetune', values)).toEqual(settings);
    expect(values).toMatchObject({ pretrained: '/project/model', output: '/run' });
  });

  it("a probe's model is a folder, and none of the preset's", async () => {
    const given = flags({ preset: 'probe-b-ssv2', output: 'probes', model: 'run' });
    const { values } = (await resolveSection(probeSection, undefined, given))!;
    const { stage: _, model: __, ...settings } = PRESETS['probe-b-ssv2'];
    expect(settingsIn('probe', values)).toEqual(settings);
    expect(values.model).toBe(`${process.cwd()}/run`);
  });

  it.each([
    [
      'a name in a masking',
      '"preset": "tgm-b-ssv2", "masking": { "nosie": 1 }',
      '2:54, pretrain.masking.nosie',
      'noise',
    ],
    ['a name in settings', '"preset": "tgm-b-ssv2", "lenght": {}', '2:41, pretrain.lenght', 'length'],
    ['a preset', '"preset": "tgm-b-ssv3"', '2:27, pretrain.preset', 'tgm-b-ssv2'],
  ])('tells where %s is misspelt, and what was meant', async (_, text, place, meant) => {
    const wrong = fileOf(`{\n  "pretrain": { ${text}, "output": "run" }\n}`);
    await expect(resolveSection(pretrainSection, wrong, flags({}))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`tgm\\.config\\.json:${place}: .*Did you mean "${meant}"`)),
    });
  });

  it.each([['mgm-b-k40'], ['finetune-b-k400']])(
    'tells of the preset %s nothing but that it is not known',
    async (preset) => {
      const given = flags({ preset, laptop: true, leakSafe: true, output: 'run' });
      await expect(resolveSection(pretrainSection, undefined, given)).rejects.toMatchObject({
        where: '--preset',
        message: expect.not.stringMatching(/\n|got nothing/),
      });
    },
  );

  it('refuses another preset or form under a file that has all settings', async () => {
    const { stage: _, ...settings } = PRESETS['tgm-b-ssv2'];
    const whole = fileOf(JSON.stringify({ pretrain: { ...settings, preset: 'tgm-b-ssv2', output: '/run' } }));
    const by = (given: Readonly<Record<string, string | boolean>>) =>
      resolveSection(pretrainSection, whole, flags(given));
    const refused = (where: string) => ({ code: 'OPTION_INVALID', where, received: 'one that has them all' });
    await expect(by({ preset: 'tgm-b-k400' })).rejects.toMatchObject(refused('--preset'));
    await expect(by({ laptop: true })).rejects.toMatchObject(refused('--laptop'));
    await expect(by({ leakSafe: true })).rejects.toMatchObject(refused('--leak-safe'));
    expect((await by({ preset: 'tgm-b-ssv2', laptop: false }))!.values).toMatchObject(settings);
  });

  it('asks for a preset where there is none, and for the folder', async () => {
    const failed = resolveSection(pretrainSection, undefined, flags({}));
    await expect(failed).rejects.toMatchObject({
      message: expect.stringMatching(
        /^pretrain\.preset: expected the name of a preset \(videomae-s-k400, .*Give it by --preset: .*\.\npretrain\.output: .*Give it by --output: .*/,
      ),
    });
  });
});
