import type { MaskingStrategy, MaskRequest, Random, TokenGrid, TokenMask } from '@tgm/masking';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import { RECONSTRUCT } from '../objectives/weighted-loss.js';
import type { DrawnExample, ExampleClip, TrainingExample } from './examples.js';
import { reconstructedTokens } from './reconstructed-tokens.js';

/** What the draws of the decoder's mask are named; no view's name, which is a word. */
const DECODER = 'decoder masking';

/** A view of each example. */
export interface ViewPlan<Cues extends object> {
  readonly name: string;
  readonly masking: MaskingStrategy<Cues>;
  /** 0 the example itself, n its `others[n - 1]`. */
  readonly clip: number;
  /** `none`: all tokens stand at place 0. */
  readonly positions: 'grid' | 'none';
}

/** What is masked in each example. */
export interface MaskPlan<Cues extends object> {
  readonly views: readonly ViewPlan<Cues>[];
  /** Whether masked tokens of the view `reconstruct` are reconstructed. */
  readonly reconstructs: boolean;
  readonly decoderMasking?: MaskingStrategy<Cues> | undefined;
}

/** Token numbers of one example. */
export interface ClipMasks {
  /** By the view's name. */
  readonly visible: ReadonlyMap<string, Uint32Array>;
  /** What the decoder reconstructs. */
  readonly reconstructed?: Uint32Array;
}

/**
 * @throws TrainError `EXAMPLE_INVALID`, also where a strategy fails; `OPTION_INVALID` for a strategy that leaves nothing
 *   visible, or nothing to reconstruct, or gives no whole mask of the grid.
 */
export function drawMasks<Cues extends object>(
  plan: MaskPlan<Cues>,
  grid: TokenGrid,
  drawn: DrawnExample<Cues>,
): ClipMasks {
  const { example, draws } = drawn;
  const visible = new Map<string, Uint32Array>();
  let reconstructed: Uint32Array | undefined;
  for (const view of plan.views) {
    const mask = maskOf(view.masking, grid, drawn, clipOf(view, example), draws(view.name));
    visible.set(view.name, some(mask.visible, view.masking, example.id, 'a visible token'));
    if (view.name === RECONSTRUCT && plan.reconstructs) {
      const masked = some(mask.masked, view.masking, example.id, 'a masked token to reconstruct');
      reconstructed = chosenBy(plan.decoderMasking, grid, drawn, masked, draws(DECODER));
    }
  }
  return { visible, ...(reconstructed ? { reconstructed } : {}) };
}

/** The clip that a view is of. */
export function clipOf<Cues extends object>(
  { name, clip }: ViewPlan<Cues>,
  example: TrainingExample<Cues>,
): ExampleClip<Cues> {
  const found = clip === 0 ? example : example.others?.[clip - 1];
  if (found) return found;
  throw new TrainError('EXAMPLE_INVALID', {
    where: `Example "${example.id}"`,
    expected: `at least ${clip} other clips of the video, which the view "${name}" is of`,
    received: `${example.others?.length ?? 0}`,
  });
}

function chosenBy<Cues extends object>(
  strategy: MaskingStrategy<Cues> | undefined,
  grid: TokenGrid,
  drawn: DrawnExample<Cues>,
  masked: Uint32Array,
  random: Random,
): Uint32Array {
  if (!strategy) return masked;
  const mask = maskOf(strategy, grid, drawn, drawn.example, random);
  return reconstructedTokens(masked, mask, strategy.ratio, random);
}

function maskOf<Cues extends object>(
  strategy: MaskingStrategy<Cues>,
  grid: TokenGrid,
  { example: { id }, epoch = 0 }: DrawnExample<Cues>,
  { cues }: ExampleClip<Cues>,
  random: Random,
): TokenMask {
  const missing = strategy.requires.find((cue) => cues?.[cue] === undefined);
  if (missing === undefined) return madeMask(strategy, id, { grid, random, cues, epoch });
  throw new TrainError('EXAMPLE_INVALID', {
    where: `Example "${id}"`,
    expected: `the cue "${missing}", which the masking strategy "${strategy.name}" reads`,
    received: `the cues ${Object.keys(cues ?? {}).join(', ') || 'none'}`,
  });
}

/** @throws TrainError `EXAMPLE_INVALID` where the strategy fails, `OPTION_INVALID` where it gives no mask of the grid. */
function madeMask<Cues extends object>(
  strategy: MaskingStrategy<Cues>,
  id: string,
  request: MaskRequest<Cues>,
): TokenMask {
  const where = `Masking strategy "${strategy.name}", example "${id}"`;
  let mask: TokenMask;
  try {
    mask = strategy.mask(request);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : showValue(cause);
    throw new TrainError('EXAMPLE_INVALID', { where, expected: 'a mask', received, cause });
  }
  requireMask(where, mask, request.grid);
  return mask;
}

/** @throws TrainError `OPTION_INVALID` unless both lists ascend, share nothing, and together are all tokens of the grid. */
function requireMask(where: string, mask: TokenMask, grid: TokenGrid): void {
  const { slices, rows, columns } = grid;
  const seen = new Uint8Array(slices * rows * columns);
  const refuse = (part: string, expected: string, received: string): never => {
    throw new TrainError('OPTION_INVALID', { where: `${where}${part}`, expected, received });
  };
  for (const list of ['visible', 'masked'] as const) {
    const part = `, ${list}`;
    const tokens: unknown = mask?.[list];
    const numbers =
      tokens instanceof Uint32Array
        ? tokens
        : refuse(part, 'token numbers in a Uint32Array', showValue(tokens));
    numbers.forEach((token, at) => {
      if (token >= seen.length) refuse(part, `token numbers below ${seen.length}`, `${token}`);
      if (seen[token]) refuse(part, 'each token once, visible or masked', `${token} again`);
      if (at > 0 && token < numbers[at - 1]!) {
        refuse(part, 'token numbers that ascend', `${token} behind ${numbers[at - 1]}`);
      }
      seen[token] = 1;
    });
  }
  const given = mask.grid as Partial<TokenGrid> | undefined;
  if (given?.slices !== slices || given.rows !== rows || given.columns !== columns) {
    refuse(', grid', `the model's grid, ${showValue(grid)}`, showValue(given));
  }
  const missing = seen.indexOf(0);
  if (missing >= 0) refuse('', `all ${seen.length} tokens, visible or masked`, `a mask without ${missing}`);
}

function some(
  tokens: Uint32Array,
  { name, ratio }: Pick<MaskingStrategy, 'name' | 'ratio'>,
  id: string,
  expected: string,
): Uint32Array {
  if (tokens.length > 0) return tokens;
  throw new TrainError('OPTION_INVALID', {
    where: `Masking strategy "${name}" (ratio ${ratio}), example "${id}"`,
    expected,
    received: 'none',
  });
}
