import { tokenCount } from '@tgm/masking';
import { UNIT_PIXELS } from '@tgm/models';
import { showValue } from '@tgm/options';
import type { HostTensor } from '../checkpoint/saved-run.js';
import { TrainError } from '../errors.js';
import type { GraphMasking } from '../objectives/graph-masking/graph-masking.js';
import { RECONSTRUCT } from '../objectives/weighted-loss.js';
import type { BatchPlan } from './batch-plan.js';
import type { CutTokensParts } from './cut-tokens.js';
import { featuresOf, framesOf } from './example-numbers.js';
import type { DrawnExample } from './examples.js';
import { requireFinite } from './finite-numbers.js';
import type { MaskedModel } from './masked-batches-options.js';

/** `WholeTensors` on the host. */
export interface HostWhole {
  readonly tokens: HostTensor;
  readonly noise: HostTensor;
  readonly pixels?: HostTensor;
  readonly features?: HostTensor;
  readonly cues: Readonly<Record<string, HostTensor>>;
}

type Drawn = readonly DrawnExample<object>[];

/**
 * All tokens of each clip, and what its mask is chosen by in the graph.
 *
 * @param tokens cuts tokens of the batch.
 * @throws TrainError `EXAMPLE_INVALID` for an example without a cue or features, `OPTION_INVALID` for noise of another length;
 *   either for numbers that are not finite.
 */
export function wholeClipNumbers(
  { graph, needs, featureWidth }: BatchPlan & { readonly graph: GraphMasking<object> },
  model: MaskedModel,
  drawn: Drawn,
  tokens: (parts: Omit<CutTokensParts, 'config'>) => HostTensor,
): HostWhole {
  const examples = drawn.map(({ example }) => example);
  const count = tokenCount(model.grid);
  const all = Uint32Array.from({ length: count }, (_, token) => token);
  const lists = drawn.map(() => all);
  const frames = examples.map((example) => framesOf(model, example, example));
  return {
    tokens: tokens({ frames, lists, scale: model.pixels }),
    ...(needs.pixels
      ? { pixels: tokens({ frames, lists, scale: UNIT_PIXELS, readFrames: model.predictedFrames! }) }
      : {}),
    ...(needs.features || needs.visibleFeatures
      ? { features: featuresOf(model, examples, lists, { featureWidth, codes: needs.codes }) }
      : {}),
    noise: noiseOf(graph, model, drawn),
    cues: Object.fromEntries(
      (graph.requires as readonly string[]).map((name) => [name, cueOf(name, graph, count, drawn)]),
    ),
  };
}

/** [B, W] */
function noiseOf(graph: GraphMasking<object>, { grid }: MaskedModel, drawn: Drawn): HostTensor {
  const rows: readonly unknown[] = drawn.map(({ draws }) => graph.noise(draws(RECONSTRUCT), grid));
  const width = rows[0] instanceof Float32Array ? rows[0].length : 0;
  rows.forEach((row, at) => {
    const where = `Mask "${graph.name}", noise, example "${drawn[at]!.example.id}"`;
    if (row instanceof Float32Array && row.length === width) {
      requireFinite('OPTION_INVALID', where, row);
      return;
    }
    throw new TrainError('OPTION_INVALID', {
      where,
      expected: at === 0 ? 'a Float32Array' : `a Float32Array of ${width} numbers, as for the first clip`,
      received: row instanceof Float32Array ? `${row.length} numbers` : showValue(row),
    });
  });
  return stacked(rows as readonly Float32Array[], [width]);
}

/** [B, N] or [B, N, F] */
function cueOf(name: string, graph: GraphMasking<object>, count: number, drawn: Drawn): HostTensor {
  const values = drawn.map(({ example }) => {
    const value: unknown = (example.cues as Readonly<Record<string, unknown>> | undefined)?.[name];
    if (value instanceof Float32Array && value.length > 0 && value.length % count === 0) {
      requireFinite(
        'EXAMPLE_INVALID',
        `Example "${example.id}", cue "${name}" of the mask "${graph.name}"`,
        value,
      );
      return value;
    }
    throw new TrainError('EXAMPLE_INVALID', {
      where: `Example "${example.id}"`,
      expected: `the cue "${name}", which the mask "${graph.name}" reads: a Float32Array of a whole number of numbers for each of ${count} tokens`,
      received: value instanceof Float32Array ? `${value.length} numbers` : showValue(value),
    });
  });
  const other = values.findIndex(({ length }) => length !== values[0]!.length);
  if (other >= 0) {
    throw new TrainError('EXAMPLE_INVALID', {
      where: `Example "${drawn[other]!.example.id}"`,
      expected: `the cue "${name}" with ${values[0]!.length} numbers, as example "${drawn[0]!.example.id}" has`,
      received: `${values[other]!.length}`,
    });
  }
  const each = values[0]!.length / count;
  return stacked(values, each === 1 ? [count] : [count, each]);
}

function stacked(rows: readonly Float32Array[], shape: readonly number[]): HostTensor {
  const length = rows[0]!.length;
  const data = new Float32Array(rows.length * length);
  rows.forEach((row, at) => {
    data.set(row, at * length);
  });
  return { shape: [rows.length, ...shape], data };
}
