import { isDeepStrictEqual } from 'node:util';
import { seededRandom, tokenCount } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import { callable, objectWith, optional, optionTable, showValue, text, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { ExampleSource, TrainingExample } from './examples.js';

/** One thing that every source must do. `run` rejects with a TrainError `CONTRACT_BROKEN` when it does not. */
export interface SourceCheck {
  readonly name: string;
  run(): Promise<void>;
}

export interface ExampleSourceContractOptions {
  /** The model that the examples are for: its frames and tokens say how large they are. */
  readonly model: Pick<VideoMae, 'config' | 'grid'>;
  /** Samples to try, spread evenly. Default 8. */
  readonly samples?: number;
}

const OPTIONS = optionTable(
  'exampleSourceContract',
  {
    model: objectWith<Pick<VideoMae, 'config' | 'grid'>>('a VideoMae', ['config', 'grid']),
    samples: optional(wholeNumber({ from: 1 }), 8),
  } satisfies Record<keyof ExampleSourceContractOptions, unknown>,
  TrainError,
);

const ARGUMENTS = optionTable('exampleSourceContract', { name: text(), makeSource: callable() }, TrainError);

type AnySource = ExampleSource<object>;
type Loaded = readonly TrainingExample<object>[];

/**
 * The checks of the `ExampleSource` contract, to loop over in any test runner:
 * `for (const check of exampleSourceContract('mine', makeSource, { model })) it(check.name, check.run)`.
 *
 * @param name what the checks are called after.
 * @param makeSource gives the source, or a new one of the same data, each time.
 * @throws TrainError `OPTION_INVALID`.
 */
export function exampleSourceContract<Cues extends object>(
  name: string,
  makeSource: () => ExampleSource<Cues> | Promise<ExampleSource<Cues>>,
  options: ExampleSourceContractOptions,
): SourceCheck[] {
  ARGUMENTS.check({ name, makeSource });
  const { model, samples } = OPTIONS.check(options);
  const { numFrames, imageSize } = model.config;
  const bytes = numFrames * imageSize * imageSize * 3;

  const check = (
    what: string,
    tests: (source: AnySource, indices: number[]) => Promise<void>,
  ): SourceCheck => ({
    name: `${name} ${what}`,
    async run() {
      const source = (await makeSource()) as unknown as AnySource;
      const count = Math.min(samples, source.length);
      await tests(
        source,
        Array.from({ length: count }, (_, each) => Math.floor((each * source.length) / count)),
      );
    },
  });
  const broken = (index: number, expected: string, received: string): never => {
    throw new TrainError('CONTRACT_BROKEN', { where: `${name}, sample ${index}`, expected, received });
  };
  const load = (source: AnySource, index: number, draws = 0): Promise<Loaded> =>
    source.load(index, seededRandom('contract', index, draws));

  return [
    check('says how many samples and examples it has', async (source, indices) => {
      for (const [what, value] of Object.entries({
        length: source.length,
        perSample: source.perSample ?? 1,
        parallel: source.parallel ?? 1,
        textWidth: source.textWidth ?? 1,
        featureWidth: source.featureWidth ?? 1,
      })) {
        if (Number.isSafeInteger(value) && value >= 1) continue;
        broken(0, `${what} to be a whole number from 1`, showValue(value));
      }
      for (const index of indices) {
        const loaded: unknown = await load(source, index);
        const count = Array.isArray(loaded) ? loaded.length : showValue(loaded);
        if (count !== (source.perSample ?? 1)) broken(index, `${source.perSample ?? 1} examples`, `${count}`);
      }
    }),

    check('calls each sample by one id', async (source, indices) => {
      const again = (await makeSource()) as unknown as AnySource;
      for (const index of indices) {
        const id: unknown = await source.id(index);
        if (typeof id !== 'string' || id === '') broken(index, 'an id, a text', showValue(id));
        const ids = [await again.id(index), ...(await load(source, index, 1)).map((example) => example.id)];
        const other = ids.find((each) => each !== id);
        if (other !== undefined) broken(index, `the id ${showValue(id)} each time`, showValue(other));
      }
    }),

    check('gives the same for the same draws, whatever was loaded before', async (source, indices) => {
      const first = await inTurn(indices, (index) => load(source, index));
      const copies = structuredClone(first);
      const again = (await makeSource()) as unknown as AnySource;
      const backwards = await inTurn([...indices].reverse(), (index) => load(again, index));
      await inTurn(indices, (index) => load(source, index, 1));
      indices.forEach((index, at) => {
        requireSame(
          index,
          copies[at]!,
          backwards[indices.length - 1 - at]!,
          'the same examples for the same draws',
        );
        requireSame(index, copies[at]!, first[at]!, 'examples that a later load does not change');
      });
    }),

    check('loads several samples at a time', async (source, indices) => {
      const alone = structuredClone(await inTurn(indices, (index) => load(source, index)));
      const together = await Promise.all(indices.map((index) => load(source, index)));
      indices.forEach((index, at) => {
        requireSame(index, alone[at]!, together[at]!, 'the same examples as from one load at a time');
      });
    }),

    check('gives pixels, embeddings and features of the right size', async (source, indices) => {
      const tokens = tokenCount(model.grid);
      for (const index of indices) {
        for (const { frames, others = [], cues, textEmbedding, features } of await load(source, index)) {
          for (const view of [{ frames, cues }, ...others]) {
            if (!(view.frames instanceof Uint8Array) || view.frames.length !== bytes) {
              broken(index, `${bytes} bytes of frames, a Uint8Array`, showValue(view.frames));
            }
            if (typeof view.cues !== 'object' || view.cues === null) {
              broken(index, 'cues, an object', showValue(view.cues));
            }
          }
          if (textEmbedding && textEmbedding.length !== source.textWidth) {
            broken(
              index,
              `an embedding of textWidth numbers, ${source.textWidth}`,
              `${textEmbedding.length}`,
            );
          }
          const { featureWidth } = source;
          if (featureWidth !== undefined && features?.length !== featureWidth * tokens) {
            broken(
              index,
              `featureWidth features, ${featureWidth}, of each of ${tokens} tokens`,
              `${features?.length ?? 'none'}`,
            );
          }
          if (features && (features.length === 0 || features.length % tokens !== 0)) {
            broken(index, `as many features of each of ${tokens} tokens`, `${features.length}`);
          }
        }
      }
    }),

    check('describes itself as JSON, the same each time', async (source) => {
      const described = await source.describe();
      const again = await ((await makeSource()) as unknown as AnySource).describe();
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(described) ?? 'null'), described)) {
        broken(0, 'a description that JSON can say', showValue(described));
      }
      if (typeof described?.is !== 'string')
        broken(0, 'a description with a text `is`', showValue(described));
      requireSame(0, again, described, 'the same description each time');
    }),
  ];

  function requireSame(index: number, one: unknown, other: unknown, expected: string): void {
    if (!isDeepStrictEqual(one, other)) broken(index, expected, 'others');
  }
}

async function inTurn<T>(indices: readonly number[], load: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (const index of indices) all.push(await load(index));
  return all;
}
