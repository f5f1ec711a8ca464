import { callable, eitherOf, listOf, number, objectWith, optionTable, text } from '@tgm/options';
import { chooseIndices, type Random } from '@tgm/random';
import { MaskingError } from '../errors.js';
import type { TokenMask } from '../strategy.js';
import { type MaskReader, readNearest, readPlaces } from './mask-readers.js';

export interface MaskLeakOptions {
  /** One mask a clip, as training draws them, all of one grid. */
  readonly masks: readonly TokenMask[];
  /** What each clip's caption tells, one a mask: its action or its object. At least 10 clips of each class. */
  readonly classes: readonly (string | number)[];
  /** Deals the clips out to the folds. */
  readonly random: Random;
}

/** Shares are means over classes of the share of a class's clips that are named rightly, [0, 1]. */
export interface MaskLeak {
  /** By a reader that looks at each place by itself. */
  readonly places: number;
  /** By a reader that looks for the masks most like the one in hand. */
  readonly nearest: number;
  /** What both are in the mean where the masks tell nothing: 1 / classes. */
  readonly chance: number;
  /** Standard deviation of both where the masks tell nothing. More than three above chance is a leak. */
  readonly deviation: number;
}

/** Parts of the clips, each of which is read by what the others teach. */
const FOLDS = 10;

const table = optionTable(
  'maskLeak',
  {
    masks: listOf(objectWith<TokenMask>('a token mask', ['grid', 'visible', 'masked']), { from: 1 }),
    classes: listOf(eitherOf('a text or a number', text(), number())),
    random: callable<Random>(),
  } satisfies Record<keyof MaskLeakOptions, unknown>,
  MaskingError,
);

/**
 * How well a clip's class can be told from its mask alone, without a pixel.
 *
 * A contrastive loss on the visible tokens reads what their positions tell of the caption. Two simple readers try
 * the same: one learns how often each token is masked in each class (naive Bayes), one asks the most similar masks.
 * Each reads clips that it has not learned from (10 folds). A share above chance is a leak. A share at chance is no
 * proof that a network finds nothing. The proof is training with contrast alone and every pixel grey: the loss must
 * stay at ln(batch size).
 *
 * @throws MaskingError `OPTION_INVALID`, also for one class only and for a class of fewer than 10 clips;
 *   `GRID_INVALID` for masks of several grids.
 */
export function maskLeak(options: MaskLeakOptions): MaskLeak {
  const { masks, classes, random }: Required<MaskLeakOptions> = table.check(options);
  checkGrids(masks);
  const clipsOf = clipsByClass(masks, classes);
  const numbers = new Array<number>(masks.length);
  const folds = new Array<number>(masks.length);
  clipsOf.forEach((clips, of) => {
    chooseIndices(clips.length, clips.length, random).forEach((index, place) => {
      numbers[clips[index]!] = of;
      folds[clips[index]!] = place % FOLDS;
    });
  });
  const chance = 1 / clipsOf.length;
  const variance = clipsOf.reduce((sum, clips) => sum + (chance * (1 - chance)) / clips.length, 0);
  const share = (reader: MaskReader) => readShare(reader, masks, numbers, folds, clipsOf.length);
  return {
    places: share(readPlaces),
    nearest: share(readNearest),
    chance,
    deviation: Math.sqrt(variance) * chance,
  };
}

/** Mean over the classes of the share of clips that are named rightly by a reader of the other folds. */
function readShare(
  reader: MaskReader,
  masks: readonly TokenMask[],
  classes: readonly number[],
  folds: readonly number[],
  classCount: number,
): number {
  const right = new Array<number>(classCount).fill(0);
  const clips = new Array<number>(classCount).fill(0);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const isKnown = (_: unknown, clip: number) => folds[clip] !== fold;
    const known = { masks: masks.filter(isKnown), classes: classes.filter(isKnown), classCount };
    const read = reader(known);
    masks.forEach((mask, clip) => {
      if (folds[clip] !== fold) return;
      const own = classes[clip]!;
      clips[own]! += 1;
      if (read(mask) === own) right[own]! += 1;
    });
  }
  return right.reduce((sum, count, of) => sum + count / clips[of]!, 0) / classCount;
}

function clipsByClass(masks: readonly TokenMask[], classes: readonly (string | number)[]): number[][] {
  if (classes.length !== masks.length) throw refused(`${masks.length}, one a mask`, `${classes.length}`);
  const clips = new Map<string | number, number[]>(classes.map((of) => [of, []]));
  classes.forEach((of, clip) => {
    clips.get(of)!.push(clip);
  });
  if (clips.size < 2) throw refused('at least two classes', 'one');
  for (const [of, { length }] of clips) {
    if (length < FOLDS) throw refused(`at least ${FOLDS} clips of each class`, `${length} of ${of}`);
  }
  return [...clips.values()];
}

function checkGrids(masks: readonly TokenMask[]): void {
  const sides = ({ grid }: TokenMask) => `${grid.slices} x ${grid.rows} x ${grid.columns}`;
  const first = sides(masks[0]!);
  const stray = masks.find((mask) => sides(mask) !== first);
  if (!stray) return;
  const expected = `masks of one grid, ${first}`;
  throw new MaskingError('GRID_INVALID', { where: 'maskLeak', expected, received: sides(stray) });
}

function refused(expected: string, received: string): MaskingError {
  return new MaskingError('OPTION_INVALID', { where: 'maskLeak, option classes', expected, received });
}
