import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { laptop } from '../presets/laptop.js';
import { PRESETS } from '../presets/presets.js';
import { leakSafe } from '../presets/pretraining-presets.js';
import { MACHINES } from './machines.js';
import { plan } from './plan.js';
import { bytesText, daysText, planText } from './plan-text.js';
import { thisMachine } from './this-machine.js';

const tgm = PRESETS['tgm-b-ssv2'];

describe('plan', () => {
  it('of tgm-b-ssv2: 632 visible and 936 masked tokens, 82.3 GMAC forward', () => {
    const { tokens, operations, parameters, time } = plan({ settings: tgm });
    expect(tokens).toMatchObject({ all: 1568, visible: 632, masked: 936, reconstructed: 936 });
    expect(operations.published.total / 1e9).toBeCloseTo(82.3, 1);
    // The model, and 768 x 512 and a temperature for the contrast.
    expect(parameters).toBe(94_210_944 + 768 * 512 + 1);
    expect(time).toMatchObject({ stepsPerEpoch: 82, steps: 16_400, clipsPerStep: 2048 });
  });

  it('counts a second view of the encoder, and what a mask of the decoder leaves out', () => {
    const one = plan({ settings: tgm });
    const view = { strategy: 'random', ratio: 0.9 } as const;
    const two = plan({ settings: { ...tgm, contrast: { weight: 1, view } } });
    expect(two.tokens.furtherViews).toEqual([157]); // 1568 - floor(1411.2)
    const encoder = 12 * (157 * 12 * 768 ** 2 + 2 * 157 ** 2 * 768);
    expect(two.operations.furtherViews).toBe(encoder + 157 * 1536 * 768);
    // A third product of queries and keys: 2048 * 12 * 157² weights are not kept.
    const again = 12 * 157 ** 2 * 768;
    expect(two.operations.step - one.operations.step).toBe(3 * two.operations.furtherViews + again);
    const safe = plan({ settings: leakSafe(tgm) });
    // 1568 - floor(940.8) visible; floor(940 * 0.6) reconstructed.
    expect(safe.tokens).toMatchObject({ visible: 628, masked: 940, reconstructed: 564 });
    expect(safe.operations.forward.decoder).toBeLessThan(one.operations.forward.decoder);
  });

  it('counts one more pass of the encoder where clips of other parts are compared', () => {
    const settings = { ...tgm, length: { ...tgm.length, videosPerStep: 64 } };
    const inParts = { ...settings, length: { ...settings.length, videosPerStep: 128, accumulate: 2 } };
    const [whole, parts] = [plan({ settings }), plan({ settings: inParts })];
    expect(parts.batch).toBe(whole.batch);
    const { embedding, encoder } = whole.operations.forward;
    expect(parts.operations.step - whole.operations.step).toBe(embedding + encoder);
    // Sums, and half of the gradients of a part.
    expect(parts.memory.total - whole.memory.total).toBeCloseTo(6 * whole.parameters, -3);
    const { contrast: _, ...alone } = inParts;
    expect(plan({ settings: alone }).operations.step).toBe(whole.operations.step);
  });

  it('keeps nothing for gradients where a probe computes features', () => {
    const { memory, parameters } = plan({ settings: PRESETS['probe-b-k400'] });
    expect(memory.moments + memory.gradients).toBe(0);
    expect(memory.parameters).toBe(4 * parameters);
    // A block of 1568 rows of 768, 17 times, and 1568 tokens of 1536.
    expect(memory.activations).toBeCloseTo(1.1 * 4 * 1568 * (17 * 768 + 1536), -2);
  });

  it('tells time by hand: steps * clips * 2 * operations / rate', () => {
    const { time, operations } = plan({ settings: tgm, machine: MACHINES['a100-80'], devices: 8 });
    const rate = (8 * 156e12 * 0.3) / (2 * operations.step);
    expect(time.clipsPerSecond).toBeCloseTo(rate, 6);
    expect(time.days).toBeCloseTo((16_400 * 2048) / rate / 86_400, 6);
    const measured = plan({ settings: tgm, clipsPerSecond: 100, devices: 8 });
    expect(measured.time.days).toBeCloseTo((16_400 * 2048) / 800 / 86_400, 9);
  });

  it('tells sizes by hand', () => {
    const { stores, checkpoint, parameters } = plan({ settings: tgm, videos: 1_000_000 });
    // 4 s at 12 a second, one each 0.125 s: two of three frames, and the last, 33. 11 x 14 cells of each and of one without content, a
    // square of 7 x 7; 3 captions, 2 bytes; 33 times.
    expect(stores.scoredFrames).toBe(33e6);
    const numbers = 1e6 * (3 * (34 * 11 * 14 + 7 * 7) * 2 + 33 * 8);
    // Names of some hundred letters for each of a caption's three arrays, and of the video.
    expect(stores.scores).toBeGreaterThan(numbers);
    expect(stores.scores).toBeLessThan(numbers + 1e6 * 2000);
    expect(stores.captions).toBe(1e6 * 3 * 512 * 4);
    expect(stores.shards).toBe(1e6 * 4 * 125_000);
    expect(checkpoint).toBe(16 * parameters);
    const store = { teacher: 'clip-b-16', captions: 1, scoredSeconds: 0.25, detail: 1 } as const;
    const finer = plan({ settings: tgm, videos: 1_000_000, store }).stores;
    expect(finer.scoredFrames).toBe(17e6);
    expect(finer.scores).toBeGreaterThan(1e6 * ((18 * 14 * 19 + 14 * 14) * 2 + 17 * 8));
    expect(finer.scores).toBeLessThan(1e6 * ((18 * 14 * 19 + 14 * 14) * 2 + 17 * 8 + 1000));
    // No more frames than there are.
    expect(plan({ settings: tgm, videos: 1, store: { scoredSeconds: 0.001 } }).stores.scoredFrames).toBe(48);
    expect(plan({ settings: PRESETS['videomae-b-ssv2'] }).stores.scores).toBe(0);
  });

  it('says what to change where it does not fit, and what it says fits', () => {
    const machine = { name: 'small', teraflops: 0.2, efficiency: 0.7, memory: 12e9 };
    const { fits, advice } = plan({ settings: tgm, machine });
    expect(fits).toBe(false);
    expect(advice.map(({ recompute }) => recompute)).toEqual([false, true]);
    for (const { accumulate, recompute, memory, batch, says } of advice) {
      expect(says.includes(`accumulate to ${accumulate}`)).toBe(accumulate !== tgm.length.accumulate);
      expect(says.includes('recompute')).toBe(recompute);
      const length = { ...tgm.length, accumulate };
      const changed = plan({ settings: { ...tgm, length }, recompute, machine });
      expect(changed).toMatchObject({ fits: true, batch, advice: [] });
      expect(changed.memory.total).toBe(memory);
      // Twice as much at a time does not fit.
      const twice = plan({
        settings: { ...tgm, length: { ...length, accumulate: accumulate / 2 } },
        recompute,
        machine,
      });
      expect(twice.fits).toBe(false);
    }
    // More at a time where blocks are computed again.
    expect(advice[1]!.batch).toBeGreaterThan(advice[0]!.batch);
  });

  it('says so where not even one clip fits', () => {
    const machine = { name: 'tiny', teraflops: 0.01, efficiency: 0.7, memory: 1e9 };
    const { advice } = plan({ settings: tgm, machine });
    expect(advice).toHaveLength(1);
    expect(advice[0]).toMatchObject({ fits: false, recompute: true, batch: 1 });
    expect(advice[0]!.says).toContain('smaller model');
  });

  it('is JSON, and lines for people', () => {
    const planned = plan({ settings: tgm, machine: MACHINES.h100, recompute: true });
    expect(JSON.parse(JSON.stringify(planned))).toEqual(planned);
    const lines = planText(planned).split('\n');
    expect(lines).toContain('tokens      1568 a clip: 632 visible, 936 masked');
    expect(lines.find((line) => line.startsWith('forward'))).toContain('82.3 GMAC a clip as published');
    expect(lines).toContain('fits        no');
  });

  it('tells no exponents, no steps of a probe, and nothing of nothing', () => {
    const short = planText(plan({ settings: tgm, machine: { ...MACHINES.h100, teraflops: 2e5 } }));
    expect(short).not.toMatch(/\de[+-]\d/);
    expect(planText(plan({ settings: laptop(tgm) }))).not.toContain('computed again');
    expect(short).toMatch(/^machine .* 200,000 TFLOP\/s/m);
    const probed = planText(plan({ settings: PRESETS['probe-b-k400'], machine: MACHINES.h100 }));
    expect(probed).toMatch(/^time .* clips\/s, /m);
    expect(probed).not.toContain('a step');
  });

  it('advises nothing that is already so', () => {
    const machine = { name: 'small', teraflops: 0.2, efficiency: 0.7, memory: 12e9 };
    const ask = (accumulate: number, memory = machine.memory) =>
      plan({ settings: { ...tgm, length: { ...tgm.length, accumulate } }, machine: { ...machine, memory } })
        .advice;
    const kept = ask(1)[1]!.accumulate;
    expect(ask(kept).at(-1)!.says).toMatch(/^Set recompute: \d+ clips? at a time/);
  });

  it('says which clips of a step so many devices can share', () => {
    const ask = (devices: number) => () => plan({ settings: tgm, videos: 1, devices });
    expect(ask(3)).toThrow(
      /got 2048, 1 of each of 2048 videos a step\. Set length\.videosPerStep to 2046 or 2049/,
    );
    expect(ask(4096)).toThrow(/Set length\.videosPerStep to 4096, or/);
  });

  it.each(Object.entries(PRESETS))('plans %s', (_, settings) => {
    const planned = plan({ settings, machine: MACHINES.h100 });
    for (const figure of [planned.memory.total, planned.operations.step, planned.time.days!])
      expect(figure).toBeGreaterThan(0);
    expect(planText(planned)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it.each([
    { settings: tgm, devices: 0 },
    { settings: tgm, recomputes: true },
    { settings: tgm, store: { teacher: 'clip-z' } },
    { settings: tgm, machine: { name: 'none', teraflops: 0, efficiency: 1, memory: 1 } },
    { settings: { ...tgm, length: { ...tgm.length, accumulate: 3 } } },
  ])('refuses %o', (options) => {
    expect(() => plan(options as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

it('knows this machine: a product of 1024 x 1024 takes between a microsecond and a second', async () => {
  const engine = await onnxEngine({ threads: 1 });
  const machine = await thisMachine(engine);
  expect(machine.teraflops).toBeGreaterThan(2e-3);
  expect(machine.teraflops).toBeLessThan(2e3);
  expect(machine.memory).toBeGreaterThan(1e8);
});

it('tells bytes in powers of a thousand', () => {
  expect([0, 999, 1000, 1.5e9, 2e15, 5e19].map(bytesText)).toEqual([
    '0.00 B',
    '999 B',
    '1.00 kB',
    '1.50 GB',
    '2.00 PB',
    '50,000 PB',
  ]);
});

it('tells times in the largest unit of which there is one', () => {
  expect([46_777_499, 999, 20, 1, 0.5, 1 / 48, 1 / 86_400].map(daysText)).toEqual([
    '128,070 years',
    '999 days',
    '20 days',
    '1.0 days',
    '12 hours',
    '30 minutes',
    '1.0 seconds',
  ]);
});
