import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { seededRandom, tokenCount } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import { callable, objectWith, optional, optionTable, passing, showValue, text } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../../errors.js';
import { chosenView } from './chosen-view.js';
import type { GraphMasking } from './graph-masking.js';

/** One thing that every mask that is chosen in the graph must do. `run` rejects with a TrainError `CONTRACT_BROKEN`. */
export interface GraphMaskingCheck {
  readonly name: string;
  run(): Promise<void>;
}

export interface GraphMaskingContractOptions {
  readonly engine: Engine;
  /** A small model. */
  readonly model: VideoMae;
  /** The cues that it reads, of one clip, by name: N or N * F numbers; `clip` tells clips apart. */
  readonly cues?: (clip: number) => Readonly<Record<string, Float32Array>>;
}

const OPTIONS = optionTable(
  'graphMaskingContract',
  {
    engine: objectWith<Engine>('an engine', ['compile']),
    model: objectWith<VideoMae>('a VideoMae', ['embed', 'encodeEmbedded', 'init', 'grid']),
    cues: optional(
      passing(
        'a function',
        (value): value is NonNullable<GraphMaskingContractOptions['cues']> => typeof value === 'function',
      ),
    ),
  } satisfies Record<keyof GraphMaskingContractOptions, unknown>,
  TrainError,
);

const ARGUMENTS = optionTable('graphMaskingContract', { name: text(), makeMasking: callable() }, TrainError);

const none: NonNullable<GraphMaskingContractOptions['cues']> = () => ({});

/** Clips that are tried. */
const CLIPS = 4;

/**
 * The checks of the `GraphMasking` contract, to loop over in any test runner:
 * `for (const check of graphMaskingContract('mine', makeMasking, { engine, model })) it(check.name, check.run)`.
 *
 * @param name what the checks are called after.
 * @param makeMasking gives the mask, a new one each time.
 * @throws TrainError `OPTION_INVALID`.
 */
export function graphMaskingContract(
  name: string,
  makeMasking: () => GraphMasking<never>,
  options: GraphMaskingContractOptions,
): GraphMaskingCheck[] {
  ARGUMENTS.check({ name, makeMasking });
  const { engine, model, cues = none } = OPTIONS.check(options);
  const count = tokenCount(model.grid);
  const make = makeMasking as unknown as () => GraphMasking<object>;
  const broken = (expected: string, received: string): never => {
    throw new TrainError('CONTRACT_BROKEN', { where: name, expected, received });
  };
  const check = (what: string, run: (masking: GraphMasking<object>) => Promise<void>): GraphMaskingCheck => ({
    name: `${name} ${what}`,
    run: () => run(make()),
  });

  const noiseOf = (masking: GraphMasking<object>, clip: number): Float32Array =>
    masking.noise(seededRandom('contract', 'noise', clip), model.grid);

  function begun(masking: GraphMasking<object>): { params: Params; buffers: Params; own: Params } {
    const start = model.init(seededRandom('contract', 'model'));
    const made: Partial<ReturnType<GraphMasking['init']>> | undefined = masking.init(
      seededRandom('contract', 'init'),
      model,
      start,
    );
    if (!made?.params) return broken('{ params, buffers? } of init', showValue(made));
    const { params, buffers = {} } = made;
    return { params: { ...start, ...params }, buffers, own: params };
  }

  function wholeOf(masking: GraphMasking<object>, clips: readonly number[]) {
    const pixels = clips.map((clip) => {
      const random = seededRandom('contract', 'pixels', clip);
      return Float32Array.from({ length: count * model.tokenSize }, random);
    });
    const tensor = (rows: readonly Float32Array[], shape: number[]): tf.Tensor =>
      tf.tensor(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, ...shape]);
    const noise = clips.map((clip) => noiseOf(masking, clip));
    const given = clips.map((clip) => cues(clip));
    const cueOf = (cue: string): tf.Tensor => {
      const missing = given.find((of) => !(of?.[cue] instanceof Float32Array));
      if (missing) broken(`the cue "${cue}", which it requires, of the option cues`, showValue(missing[cue]));
      const each = given[0]![cue]!.length / count;
      return tensor(
        given.map((of) => of[cue]!),
        each === 1 ? [count] : [count, each],
      );
    };
    return {
      tokens: tensor(pixels, [count, model.tokenSize]) as tf.Tensor3D,
      noise: tensor(noise, [noise[0]!.length]) as tf.Tensor2D,
      cues: Object.fromEntries((masking.requires as readonly string[]).map((cue) => [cue, cueOf(cue)])),
    };
  }

  /** The orders of some clips. */
  async function orders(masking: GraphMasking<object>, clips: readonly number[]): Promise<number[][]> {
    const { params, buffers } = begun(masking);
    const whole = wholeOf(masking, clips);
    const run = engine.compile((all: { params: Params; buffers: Params; whole: typeof whole }) => ({
      order: chosenView(masking, model, all.params, all.buffers, all.whole).choice.order,
    }));
    const { order } = await run({ params, buffers, whole });
    const rows = (await order.array()) as number[][];
    tf.dispose([order, params, buffers, whole] as never);
    return rows;
  }

  return [
    check('describes itself in JSON, the same each time', async (masking) => {
      const [one, other] = [masking.describe(), make().describe()];
      if (typeof one?.is !== 'string') broken('a description with the name of what made it', showValue(one));
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(one)), other)) {
        broken('the same description, in JSON', JSON.stringify(other));
      }
    }),

    check('has parameters and buffers of its own name', async (masking) => {
      const { buffers, own, params } = begun(masking);
      const wrong = Object.keys({ ...own, ...buffers }).find((each) => !each.startsWith(`${masking.name}.`));
      tf.dispose([params, buffers] as never);
      if (wrong !== undefined) broken(`names that begin with "${masking.name}."`, wrong);
    }),

    check('draws the same noise of the same draws, and as much for every clip', async (masking) => {
      const first = noiseOf(masking, 0);
      if (!isDeepStrictEqual(first, noiseOf(make(), 0))) broken('the same noise', 'another');
      const other = noiseOf(masking, 1);
      if (other.length !== first.length) broken(`${first.length} numbers for each clip`, `${other.length}`);
    }),

    check('gives each token a place, once', async (masking) => {
      for (const row of await orders(masking, [0, 1, 2, 3])) {
        if (new Set(row).size === count && row.every((token) => token >= 0 && token < count)) continue;
        broken(`each of ${count} tokens once`, row.join(' '));
      }
    }),

    check('chooses for a clip whatever batch it is in, and the same twice', async (masking) => {
      const together = await orders(masking, [0, 1, 2, 3]);
      const apart = [...(await orders(make(), [0, 1])), ...(await orders(make(), [2, 3]))];
      const clip = together.findIndex((row, at) => !isDeepStrictEqual(row, apart[at]));
      if (clip >= 0) broken(`the order ${together[clip]!.join(' ')} again`, apart[clip]!.join(' '));
    }),

    check('keeps the names and shapes of its buffers', async (masking) => {
      const { params, buffers } = begun(masking);
      const next = tf.tidy(() => masking.nextBuffers?.(params, buffers) ?? {});
      const shapes = (tensors: Params) =>
        Object.fromEntries(Object.entries(tensors).map(([each, { shape }]) => [each, shape]));
      const [before, after] = [shapes(buffers), masking.nextBuffers ? shapes(next) : shapes(buffers)];
      tf.dispose([params, buffers, next] as never);
      if (!isDeepStrictEqual(before, after)) broken(JSON.stringify(before), JSON.stringify(after));
    }),

    check('has a gradient for each of its parameters', async (masking) => {
      const { params, buffers, own } = begun(masking);
      const names = Object.keys(own);
      if (names.length === 0) return tf.dispose([params, buffers] as never);
      const whole = wholeOf(
        masking,
        Array.from({ length: CLIPS }, (_, clip) => clip),
      );
      const { grads } = tf.tidy(() =>
        tf.engine().gradients(
          () => {
            const {
              logProbability,
              weight,
              further = {},
            } = chosenView(masking, model, params, buffers, whole).choice;
            const told = [logProbability, weight, ...Object.values(further)].flatMap(
              (tensor) => tensor ?? [],
            );
            // Uneven, since what is normalised has a constant sum.
            const parts = told.map((tensor) =>
              tf.sum(tf.mul(tensor, tf.reshape(tf.range(0, tensor.size), tensor.shape))),
            );
            return tf.addN([tf.scalar(0), ...parts]);
          },
          Object.values(own),
          undefined,
          true,
        ),
      );
      tf.dispose([params, buffers, whole] as never);
      const missing = names.filter((_, at) => !grads[at]);
      tf.dispose(grads);
      if (missing.length === 0) return;
      broken('a gradient through logProbability, weight or what is further told', `none for ${missing}`);
    }),
  ];
}
