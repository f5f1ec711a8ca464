import { describe, expect, it } from 'vitest';
import { checkSettings } from './check-settings.js';
import { laptop } from './laptop.js';
import { PRESETS } from './presets.js';
import { leakSafe, PRETRAINING_PRESETS } from './pretraining-presets.js';
import { withChanges } from './with-changes.js';

const tgm = PRETRAINING_PRESETS['tgm-b-ssv2'];
const refused = expect.objectContaining({ code: 'OPTION_INVALID' });

describe('checkSettings', () => {
  it.each(Object.entries(PRESETS))('takes %s, its laptop form, and both as JSON', (_, settings) => {
    for (const each of [settings, laptop(settings)]) {
      expect(checkSettings(each)).toBe(each);
      expect(checkSettings(JSON.parse(JSON.stringify(each)))).toEqual(each);
    }
  });

  it('takes the form without a leak', () => {
    expect(() => checkSettings(leakSafe(tgm))).not.toThrow();
  });

  it.each([
    undefined,
    { ...tgm, stage: 'training' },
    { ...tgm, lenght: tgm.length },
    { ...tgm, length: { ...tgm.length, epoch: 3 } },
    { ...tgm, masking: { strategy: 'texts', ratio: 0.6 } },
    { ...tgm, data: 'kinetics' },
    { ...tgm, text: undefined },
    { ...tgm, rate: { ...tgm.rate, base: -1 } },
    { ...PRESETS['finetune-b-ssv2'], recipe: { sampling: { kind: 'segments' }, clips: 2 } },
    { ...PRESETS['probe-b-k400'], linear: {} },
  ])('refuses %#', (settings) => {
    expect(() => checkSettings(settings)).toThrow(refused);
  });
});

describe('withChanges', () => {
  it('changes what is named, and leaves the preset as it is', () => {
    const before = structuredClone(tgm);
    const changed = withChanges(tgm, { length: { epochs: 10 }, masking: { ratio: 0.75 } });
    expect(changed).toEqual({
      ...tgm,
      length: { ...tgm.length, epochs: 10 },
      masking: { strategy: 'text', ratio: 0.75 },
    });
    expect(tgm).toEqual(before);
  });

  it('takes another masking as a whole', () => {
    const text = { ...tgm, masking: { strategy: 'text', ratio: 0.6, noise: 1 } } as const;
    const { masking } = withChanges<typeof tgm | typeof text>(text, {
      masking: { strategy: 'tube', ratio: 0.9 },
    } as never);
    expect(masking).toEqual({ strategy: 'tube', ratio: 0.9 });
  });

  it('refuses what settings do not have', () => {
    expect(() => withChanges(tgm, { length: { epoch: 10 } } as never)).toThrow(refused);
  });
});
