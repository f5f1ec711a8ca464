import {
  flowGuidedMasking,
  flowVisibility,
  type Random,
  runningCellMask,
  seededRandom,
  seedVisibility,
  tubeMasking,
  visibilityScores,
} from '@tgm/masking';
import { type Fixture, numbers } from '../fixture.js';
import { compare, type Quantity, same } from '../quantity.js';
import { toleranceOf } from '../tolerance.js';

/** Tube masks by contract, running-cell masks exactly, motion-guided visibility and masks. */
export function* checkMasks(fixture: Fixture): Generator<Quantity> {
  for (const given of fixture.json.tube.cases) yield* checkTube(given);
  for (const given of fixture.json.running_cell.cases) {
    const [slices, rows, columns] = given.grid;
    const phases = [0, 1, 2, 3].flatMap((phase) => {
      const masked = new Array<number>(slices * rows * columns).fill(0);
      for (const token of runningCellMask({ slices, rows, columns }, given.mask_ratio, phase).masked)
        masked[token] = 1;
      return masked;
    });
    yield compare(
      given.key,
      phases,
      numbers(fixture, given.key),
      toleranceOf(fixture.json.tolerance, 'running_cell'),
    );
  }
  for (const given of fixture.json.mgmae.cases) yield* checkFlow(fixture, given);
}

/** Draws enough to see that places are masked alike: 5 standard deviations of a share. */
const DRAWS = 400;
const DEVIATIONS = 5;

// biome-ignore lint/suspicious/noExplicitAny: the shape of each file is its own.
function* checkTube({ key, grid: [slices, rows, columns], mask_ratio, masked_per_frame, masked_total }: any) {
  const perSlice = rows * columns;
  const strategy = tubeMasking({ ratio: mask_ratio });
  const random = seededRandom('parity', key);
  const patterns = new Set<string>();
  const hits = new Float64Array(perSlice);
  let wrong = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const { masked } = strategy.mask({ grid: { slices, rows, columns }, random, cues: {} });
    const first = Array.from(masked.filter((token) => token < perSlice));
    for (const cell of first) hits[cell]! += 1;
    patterns.add(first.join());
    const repeated = Array.from({ length: slices }, (_, slice) =>
      first.map((cell) => cell + slice * perSlice),
    ).flat();
    const right = first.length === masked_per_frame && masked.length === masked_total;
    if (!right || repeated.join() !== masked.join()) wrong++;
  }
  yield same(`${key} count, and slices alike`, [wrong], [0]);
  const share = masked_per_frame / perSlice;
  const deviation = Math.sqrt((share * (1 - share)) / DRAWS);
  const bound = { text: `abs ${(DEVIATIONS * deviation).toPrecision(2)}`, absolute: DEVIATIONS * deviation };
  const shares = hits.map((count) => count / DRAWS);
  yield compare(`${key} share of each place`, shares, new Float64Array(perSlice).fill(share), bound);
  yield same(`${key} differs from draw to draw`, [patterns.size > DRAWS / 10], [true]);
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of each file is its own.
function* checkFlow(fixture: Fixture, given: any): Generator<Quantity> {
  const { name, batch, frames: frameCount, height, width, patch, tubelet, base_index } = given;
  const tolerance = (quantity: string) => toleranceOf(fixture.json.tolerance, quantity);
  const shape = { frameCount, height, width, patchSize: patch };
  const all = (quantity: string) => numbers(fixture, `mgmae/${name}/${quantity}`);
  const part = (quantity: string, clip: number) => {
    const values = all(quantity);
    return values.subarray(
      (clip * values.length) / batch,
      ((clip + 1) * values.length) / batch,
    ) as Float32Array;
  };
  const clips = Array.from({ length: batch as number }, (_, clip) => clip);
  const joined = (parts: Float32Array[]) => parts.flatMap((values) => Array.from(values));
  const seeds = clips.map((clip) => seedVisibility(shape, part('init_centres', clip)));
  yield compare(`mgmae/${name}/init_map`, joined(seeds), all('init_map'), tolerance('mgmae maps'));
  for (const variant of ['as_released', 'direction_fixed']) {
    const backward = (clip: number) => part('flow_later_to_earlier', clip);
    const maps = clips.map((clip) =>
      flowVisibility({
        ...shape,
        seed: seeds[clip]!,
        baseFrame: base_index,
        backward: backward(clip),
        // The released code takes the flow of the other direction for frames before the base.
        forward: variant === 'as_released' ? backward(clip) : part('flow_earlier_to_later', clip),
        fillHoles: given.hole_filling === 'consist',
      }),
    );
    const quantity = (kind: string) => `mgmae/${name}/${variant}/${kind}`;
    yield compare(
      quantity('maps'),
      joined(maps),
      numbers(fixture, quantity('maps')),
      tolerance('mgmae maps'),
    );
    const scores = maps.map((map) => visibilityScores(map, shape, tubelet));
    const expected = numbers(fixture, quantity('token_scores'));
    yield compare(quantity('token_scores'), joined(scores), expected, tolerance('token_scores'));
    const parts = given.topk_on_all ? 1 : given.window[0];
    const masks = scores.map((values) => hideLeast(values, values.length / parts, given.visible_chosen));
    yield compare(
      quantity('mask'),
      joined(masks),
      numbers(fixture, quantity('mask')),
      tolerance('mgmae mask'),
    );
    // What `flowGuidedMasking` does: from the middle frame, with holes filled, in each slice.
    const isItsOwn =
      !given.topk_on_all && given.hole_filling === 'consist' && base_index === Math.floor(frameCount / 2);
    if (!isItsOwn || given.mask_ratio === undefined) continue;
    const [slices, rows, columns] = given.window;
    const grid = { slices, rows, columns };
    const strategy = flowGuidedMasking({
      ratio: given.mask_ratio,
      walk: variant === 'as_released' ? 'released' : 'paper',
    });
    const masked = clips.flatMap((clip) => {
      const flow = {
        frameCount,
        samples: patch,
        backward: part('flow_later_to_earlier', clip),
        forward: part('flow_earlier_to_later', clip),
      };
      const random = drawing(part('init_centres', clip), rows * columns);
      const flags = new Array<number>(slices * rows * columns).fill(0);
      for (const token of strategy.mask({ grid, random, cues: { flow } }).masked) flags[token] = 1;
      return flags;
    });
    yield compare(
      `${quantity('mask')} of flowGuidedMasking`,
      masked,
      numbers(fixture, quantity('mask')),
      tolerance('mgmae mask'),
    );
  }
}

/** Random numbers with which `chooseIndices` gives the `chosen` of `total`, in their order. */
function drawing(chosen: Float32Array, total: number): Random {
  const pool = Array.from({ length: total }, (_, index) => index);
  let next = 0;
  return () => {
    const other = pool.indexOf(chosen[next]!);
    const draw = (other - next + 0.5) / (total - next);
    [pool[next], pool[other]] = [pool[other]!, pool[next]!];
    next += 1;
    return draw;
  };
}

/** 1 for all but the best `count` of each part of `size` tokens. */
function hideLeast(scores: Float32Array, size: number, count: number): Float32Array {
  const masked = new Float32Array(scores.length).fill(1);
  for (let start = 0; start < scores.length; start += size) {
    const order = Array.from(scores.subarray(start, start + size).entries()).sort((a, b) => b[1] - a[1]);
    for (const [place] of order.slice(0, count)) masked[start + place] = 0;
  }
  return masked;
}
