import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../presets/presets.js';
import { MACHINES, type Machine } from './machines.js';
import { MEASURED_SHARED_STEPS, MEASURED_SUMS } from './measured-sums.test-values.js';
import { plan } from './plan.js';
import { planText } from './plan-text.js';
import { FITTED, sharedStep, sumSeconds } from './shared-step.js';

const scale = readFileSync(new URL('../../../../docs/scale.md', import.meta.url), 'utf8');

/** The cells of a table's rows, by the heading above it. */
function rowsUnder(heading: string): string[][] {
  const section = scale.split(/^## /m).find((each) => each.startsWith(heading))!;
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| --'))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const processors: Machine = {
  name: '32 cores',
  teraflops: 1,
  efficiency: 1,
  memory: 256e9,
  processor: true,
};

describe('sumSeconds', () => {
  it('is the bytes of the link, the sum itself and its messages', () => {
    // 8 MiB among two at 8 Gb/s: 8 MiB each way over 0.95 GB/s, and two buckets of two messages.
    const bytes = 8 * 2 ** 20;
    const byHand = bytes / 0.95e9 + bytes / FITTED.hostRate + 4 * 50e-6;
    expect(sumSeconds(bytes, 2, 8)).toBeCloseTo(byHand, 9);
    // Among four each link carries one and a half times as many, and some more of the fitted way; four messages a bucket.
    const among4 = (FITTED.detour.power * 1.5 * bytes) / 0.95e9 + bytes / FITTED.hostRate + 8 * 50e-6;
    expect(sumSeconds(bytes, 4, 8)).toBeCloseTo(among4, 9);
  });

  it.each(MEASURED_SUMS)(
    'among $hosts hosts at $gigabits Gb/s, $bytes bytes, is near the $seconds s that were measured',
    ({ hosts, gigabits = Infinity, bytes, seconds, fitted }) => {
      const off = sumSeconds(bytes, hosts, gigabits) / seconds - 1;
      expect(Math.abs(off)).toBeLessThan(fitted ? 0.1 : 0.4);
    },
  );

  it('is what docs/scale.md says beside the measured ones', () => {
    const told = rowsUnder('Sums').map((cells) => cells.join(' ').trimEnd());
    expect(told).toHaveLength(MEASURED_SUMS.length);
    for (const { hosts, gigabits, bytes, seconds, fitted } of MEASURED_SUMS) {
      const model = sumSeconds(bytes, hosts, gigabits ?? Infinity);
      const percent = Math.round(100 * (model / seconds - 1));
      const link = gigabits === undefined ? 'memory' : String(gigabits);
      const row = [hosts, link, Math.round(bytes / 1e6), seconds, model.toPrecision(3), `${percent} %`];
      expect(told).toContain([...row, fitted ? 'fitted' : ''].join(' ').trimEnd());
    }
  });
});

describe('sharedStep', () => {
  const alone = { compute: 2, clips: 8, parameters: 1e6, processor: true };

  it('of one rank is what it computes', () => {
    expect(sharedStep({ ...alone, devices: 1, network: 10 })).toMatchObject({
      sums: 0,
      handover: 0,
      total: 2,
    });
  });

  it('has what ranks hand over on processors, and copies on accelerators', () => {
    const step = sharedStep({ ...alone, devices: 2, network: 10 });
    expect(step.handover).toBeCloseTo(4e6 * FITTED.handover, 12);
    expect(step.copies).toBe(0);
    expect(step.total).toBeCloseTo(2 + step.handover + sumSeconds(4e6, 2, 10), 12);
    const accelerator = sharedStep({ ...alone, processor: false, devices: 2, network: 10 });
    // Gradients, parameters and two moments both ways.
    expect(accelerator.copies).toBeCloseTo((8 * 4e6) / 20e9, 12);
    expect(accelerator.handover).toBe(0);
    // A measured rate alone does not say which of both it is of.
    const unknown = sharedStep({ ...alone, processor: undefined, devices: 2, network: 10 });
    expect(unknown).toMatchObject({ handover: 0, copies: 0 });
  });

  it('loads beside an accelerator, and instead of computing on a processor', () => {
    expect(sharedStep({ ...alone, devices: 1, loads: 16 }).total).toBe(2.5);
    expect(sharedStep({ ...alone, processor: false, devices: 1, loads: 16 }).total).toBe(2);
    expect(sharedStep({ ...alone, processor: false, devices: 1, loads: 2 })).toMatchObject({
      load: 2,
      total: 4,
    });
  });
});

describe('steps of two ranks', () => {
  const rows = MEASURED_SHARED_STEPS.map(({ model, gigabits, seconds, ...given }) => {
    const inputs = { ...given, devices: 2, clips: 2, processor: true, network: gigabits ?? Infinity };
    return { model, gigabits, compute: given.compute, seconds, planned: sharedStep(inputs).total };
  });

  it.each(rows)('of $model at $gigabits Gb/s are within 15 % of $seconds s', ({ seconds, planned }) => {
    expect(Math.abs(planned / seconds - 1)).toBeLessThan(0.15);
  });

  it('are what docs/scale.md says', () => {
    expect(rowsUnder('Steps').map((cells) => cells.join(' '))).toEqual(
      rows.map(({ model, gigabits, compute, seconds, planned }) => {
        const percent = Math.round(100 * (planned / seconds - 1));
        return [model, gigabits ?? 'memory', compute, seconds, planned.toPrecision(3), `${percent} %`].join(
          ' ',
        );
      }),
    );
  });
});

describe('plan with a network', () => {
  const settings = PRESETS['videomae-b-k400'];

  it('tells the parts of a step, and time by their sum', () => {
    const given = { settings, machine: MACHINES['a100-80'], devices: 32 };
    const [free, shared] = [plan(given), plan({ ...given, network: 25 })];
    const { parts, secondsPerStep, clipsPerSecond, steps, days } = shared.time;
    expect(parts!.compute).toBeCloseTo(free.time.secondsPerStep!, 9);
    expect(secondsPerStep).toBeCloseTo(parts!.total, 9);
    expect(clipsPerSecond).toBeCloseTo(shared.time.clipsPerStep / parts!.total, 6);
    expect(days).toBeCloseTo((steps * parts!.total) / 86_400, 9);
    expect(free.time.parts).toBeUndefined();
    const said = planText(shared).split('\n');
    const at = said.findIndex((line) => line.startsWith('time'));
    expect(said[at + 1]).toContain(`${parts!.sums.toPrecision(3)} s sums of gradients`);
    expect(scale).toContain(said.slice(at, at + 2).join('\n'));
  });

  it('says nothing of it where there is no rate', () => {
    expect(plan({ settings, devices: 8, network: 10 }).time.parts).toBeUndefined();
  });

  it.each([
    ['Machines of 32 cores', processors, 6, [10, 25]],
    ['Graphics cards', MACHINES['a100-80'], undefined, [25, 100]],
  ] as const)('is what docs/scale.md predicts: %s', (heading, machine, clipsPerSecond, networks) => {
    const told = rowsUnder(heading).map((cells) => cells.join(' '));
    const rows = networks.flatMap((network) =>
      [8, 16, 32, 64].map((devices) => {
        const { time } = plan({
          ...{ settings, machine, devices, network },
          ...(clipsPerSecond ? { clipsPerSecond } : {}),
        });
        const { compute, handover, copies, sums, total } = time.parts!;
        const seconds = [compute, handover + copies, sums, total].map((each) => each.toPrecision(3));
        return [network, devices, ...seconds, `${Math.round((100 * compute) / total)} %`].join(' ');
      }),
    );
    expect(told).toEqual(rows);
  });

  it('has docs/scale.md say from what link on the host takes longer than it', () => {
    const said =
      'as long as these two at 29 Gb/s for 8 cards and at 32 Gb/s for 64, as long as the summing alone at 50 and at 57 Gb/s';
    expect(scale.replaceAll(/\s+/g, ' ')).toContain(said);
    for (const [devices, both, alone] of [
      [8, 29, 50],
      [64, 32, 57],
    ] as const) {
      const { time, parameters } = plan({ settings, machine: MACHINES['a100-80'], devices, network: 1 });
      const bytes = 4 * parameters;
      const summing = bytes / FITTED.hostRate;
      const link = (gigabits: number) =>
        sumSeconds(bytes, devices, gigabits) - sumSeconds(bytes, devices, Infinity);
      const { copies } = time.parts!;
      expect([summing, copies].map((each) => each.toPrecision(3))).toEqual(['0.198', '0.151']);
      // What the link carries in a second at 1 Gb/s, so many times.
      expect([summing + copies, summing].map((each) => Math.round(link(1) / each))).toEqual([both, alone]);
    }
  });

  it('has docs/scale.md take the rate of two cores from its own table', () => {
    const { compute } = MEASURED_SHARED_STEPS.find(({ model }) => model === 'ViT-B')!;
    const rate = 4 / compute;
    expect(scale).toContain(`compute ${rate.toPrecision(3)} (under Steps: twice two clips in ${compute} s)`);
    expect(Math.round(rate * 16 * 0.6)).toBe(6);
    expect(scale.replaceAll(/\s+/g, ' ')).toContain(
      `From 0.508 the machine would have ${(0.508 * 16 * 0.6).toPrecision(2)}`,
    );
  });
});
