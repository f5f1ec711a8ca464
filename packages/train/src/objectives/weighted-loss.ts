import type { CaptionTokenNeeds, Loss, LossNeeds } from '@tgm/losses';
import {
  type Field,
  flag,
  listOf,
  nested,
  number,
  oneOf,
  optional,
  optionTable,
  passing,
  text,
  wholeNumber,
} from '@tgm/options';
import { TrainError } from '../errors.js';

/** One term of an objective. */
export interface WeightedLoss {
  readonly loss: Loss;
  /** Factor of the term in the total, at least 0. */
  readonly weight: number;
}

const MEMBERS: Readonly<Record<Loss['kind'], readonly string[]>> = {
  clip: ['name', 'needs', 'init', 'describe', 'compute'],
  batch: ['name', 'needs', 'init', 'describe', 'rows', 'compare'],
};

const NEEDS = nested({
  views: listOf(text()),
  reconstruction: optional(oneOf(['pixels', 'features'])),
  decoded: optional(flag()),
  features: optional(flag()),
  codes: optional(wholeNumber({ from: 2 })),
  visibleFeatures: optional(flag()),
  text: flag(),
  captionTokens: optional(
    passing('tokens of captions', (value): value is CaptionTokenNeeds => typeof value === 'object'),
  ),
  choice: optional(flag()),
} satisfies Record<keyof LossNeeds, unknown>);

const NAME = passing(
  'a name without a dot, which stands before the names of its parameters',
  (value): value is string => typeof value === 'string' && value !== '' && !value.includes('.'),
);

const loss = passing(
  'a loss of kind "clip" (with name, needs, init, compute, describe) or "batch" (with rows and compare)',
  (value): value is Loss => {
    if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
    const members = Object.hasOwn(MEMBERS, String(value.kind))
      ? MEMBERS[value.kind as Loss['kind']]
      : undefined;
    return members?.every((member) => member in value) ?? false;
  },
);

/** At least one loss. */
export const weightedLosses = (): Field<readonly WeightedLoss[]> =>
  listOf(nested({ loss, weight: number({ from: 0 }) }) as Field<WeightedLoss>, { from: 1 });

/** @throws TrainError `OPTION_INVALID` for needs that are none, names that are none, and two losses of one name. */
export function requireSoundLosses(where: string, losses: readonly WeightedLoss[]): void {
  for (const { loss } of losses) {
    optionTable(`${where}, loss "${loss.name}"`, { name: NAME, needs: NEEDS }, TrainError).check({
      name: loss.name,
      needs: loss.needs,
    });
  }
  const names = losses.map((term) => term.loss.name);
  if (new Set(names).size === names.length) return;
  throw new TrainError('OPTION_INVALID', {
    where: `${where}, option losses`,
    expected: 'losses of different names',
    received: names.join(', '),
  });
}

/** What an objective needs of a masked batch: what any of its losses needs. Nothing else is made. */
export interface MaskedNeeds {
  /** Names of the views to encode, the decoder's first. */
  readonly views: readonly string[];
  /** Whether the decoder runs on the view `reconstruct`. */
  readonly decoder: boolean;
  /** Whether the pixels of the reconstructed tokens are read. */
  readonly pixels: boolean;
  /** Whether the features of the reconstructed tokens are read. */
  readonly features: boolean;
  /** K, where the features are numbers of codes: whole, from 0 and below K. Default: they are not. */
  readonly codes?: number;
  /** Whether the features of the tokens are read that the view `reconstruct` shows. Default false. */
  readonly visibleFeatures?: boolean;
  /** Whether the captions' embeddings and keys are read. */
  readonly text: boolean;
  /** Which tokens of the captions are read. Default: none. */
  readonly captionTokens?: CaptionTokenNeeds;
  /** Whether any compares the clips of a batch with each other. */
  readonly otherClips: boolean;
}

/** The view that the decoder reads. */
export const RECONSTRUCT = 'reconstruct';

/** What runs of the decoder: its tokens, and its head behind them. */
export interface DecoderPasses {
  readonly tokens: boolean;
  readonly head: boolean;
}

export function decoderPasses(losses: readonly WeightedLoss[]): DecoderPasses {
  const head = losses.some(({ loss }) => loss.needs.reconstruction !== undefined);
  return { head, tokens: head || losses.some(({ loss }) => loss.needs.decoded === true) };
}

/** @throws TrainError `OPTION_INVALID` for two losses that read other tokens of the captions than each other. */
export function jointNeeds(losses: readonly WeightedLoss[]): MaskedNeeds {
  const needs: readonly LossNeeds[] = losses.map((term) => term.loss.needs);
  const any = (test: (need: LossNeeds) => boolean): boolean => needs.some(test);
  const decoder = decoderPasses(losses).tokens;
  const features = any(({ reconstruction, features }) => reconstruction === 'features' || features === true);
  const visibleFeatures = any((need) => need.visibleFeatures === true);
  const reads = decoder || features || visibleFeatures;
  const captionTokens = oneOfAll(needs.flatMap((need) => need.captionTokens ?? []));
  const codes = Math.min(...needs.flatMap((need) => need.codes ?? []));
  const views = [...(reads ? [RECONSTRUCT] : []), ...needs.flatMap((need) => need.views)];
  return {
    views: [...new Set(views)],
    decoder,
    pixels: any(({ reconstruction }) => reconstruction === 'pixels'),
    features,
    ...(Number.isFinite(codes) ? { codes } : {}),
    visibleFeatures,
    text: any(({ text }) => text),
    ...(captionTokens ? { captionTokens } : {}),
    otherClips: losses.some((term) => term.loss.kind === 'batch'),
  };
}

function oneOfAll(all: readonly CaptionTokenNeeds[]): CaptionTokenNeeds | undefined {
  const [first, ...others] = all;
  const other = others.find(
    ({ tokenizer, length, ratio }) =>
      tokenizer !== first!.tokenizer || length !== first!.length || ratio !== first!.ratio,
  );
  if (!other) return first;
  throw new TrainError('OPTION_INVALID', {
    where: 'losses',
    expected: 'one tokenizer, length and ratio for all losses that read tokens of captions',
    received: `lengths ${first!.length} and ${other.length}, ratios ${first!.ratio} and ${other.ratio}`,
  });
}
