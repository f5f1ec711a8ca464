/**
 * Exact selection of some tokens by their scores, without sorting and without an allocation a token. Nothing in the loops
 * over a slice branches on a score: a branch that goes either way by chance costs more than the rest of them.
 */

/** Memory for selections from lists of up to `size` numbers. */
interface SelectionRoom {
  /** [size] the bin of each score. */
  readonly binOf: Uint8Array;
  /** Scores in each bin. */
  readonly inBin: Uint32Array;
  /** [size + 1] places of scores that are equal, or nearly so. */
  readonly places: Uint32Array;
  /** [size] what they are compared by. */
  readonly keys: Float64Array;
  /** [size] some of the keys in ascending order. */
  readonly sorted: Float64Array;
}

/** Parts of equal width into which the range of the scores is cut, 256 at most. One or two scores of 14 x 14 are in each. */
const BINS = 128;

/** Numbers up to which comparing each with all others is the fastest. */
const FEWEST = 8;

/** Numbers up to which sorting by insertion is the fastest. */
const FEW = 16;

/** That of all selections, each of which ends before the next begins: to make it takes as long as to select. */
let room = roomFor(0);

function roomFor(size: number): SelectionRoom {
  return {
    binOf: new Uint8Array(size),
    inBin: new Uint32Array(BINS),
    places: new Uint32Array(size + 1),
    keys: new Float64Array(size),
    sorted: new Float64Array(size),
  };
}

/**
 * Sets `taken` to 1 at the places of the `count` largest `scores` and leaves it alone elsewhere. Equal scores go by `ties`
 * ascending, then by place ascending.
 *
 * @param scores no NaN.
 * @param count whole, 0 to `scores.length`.
 * @param taken as long as `scores`, as is `ties`.
 */
export function takeLargest(
  scores: Float32Array,
  count: number,
  taken: Uint8Array,
  ties?: Uint32Array,
): void {
  take(scores, 1, count, taken, ties);
}

/** As `takeLargest`, but the smallest. */
export function takeSmallest(
  scores: Float32Array,
  count: number,
  taken: Uint8Array,
  ties?: Uint32Array,
): void {
  take(scores, -1, count, taken, ties);
}

function take(
  scores: Float32Array,
  sign: number,
  count: number,
  taken: Uint8Array,
  ties: Uint32Array | undefined,
): void {
  if (count <= 0) return;
  if (!ties && scores.length <= FEWEST) {
    takeByRanks(scores, sign, count, taken);
    return;
  }
  if (room.keys.length < scores.length) room = roomFor(scores.length);
  const { places, keys } = room;
  let near = scores.length;
  let left = count;
  if (near > FEW) {
    const cut = takeAboveBin(room, scores, sign, count, taken);
    near = cut.near;
    left = cut.left;
  } else for (let place = 0; place < near; place += 1) places[place] = place;
  for (let index = 0; index < near; index += 1) keys[index] = scores[places[index]!]! * sign;
  if (!ties) {
    takeByKeys(room, near, left, taken);
    return;
  }
  const tied = takeAbove(room, near, left, taken);
  left = tied.left;
  for (let index = 0; index < tied.count; index += 1) keys[index] = -ties[places[index]!]!;
  takeByKeys(room, tied.count, left, taken);
}

/** Takes each score that fewer than `count` others go before. */
function takeByRanks(scores: Float32Array, sign: number, count: number, taken: Uint8Array): void {
  for (let place = 0; place < scores.length; place += 1) {
    const score = scores[place]! * sign;
    let before = 0;
    for (let other = 0; other < place; other += 1) before += Number(scores[other]! * sign >= score);
    for (let other = place + 1; other < scores.length; other += 1) {
      before += Number(scores[other]! * sign > score);
    }
    taken[place]! |= Number(before < count);
  }
}

/**
 * Takes all scores of the bins above the one that holds the last score to be taken.
 *
 * @returns how many of the `count` are left, and how many scores are in that bin. Their places are the first in `room.places`
 *   then, ascending.
 */
function takeAboveBin(
  { binOf, inBin, places }: SelectionRoom,
  scores: Float32Array,
  sign: number,
  count: number,
  taken: Uint8Array,
): { left: number; near: number } {
  const { length } = scores;
  let low = scores[0]! * sign;
  let high = low;
  for (let place = 1; place < length; place += 1) {
    const score = scores[place]! * sign;
    if (score < low) low = score;
    else if (score > high) high = score;
  }

  // Rounding keeps the order: a score in a higher bin is larger. A range of 0, or without end, is one bin.
  const width = (BINS - 1) / (high - low);
  const scale = width > 0 && width < Number.POSITIVE_INFINITY ? width : 0;
  const from = scale > 0 ? low : 0;
  inBin.fill(0);
  for (let place = 0; place < length; place += 1) {
    const bin = ((scores[place]! * sign - from) * scale) | 0;
    binOf[place] = bin;
    inBin[bin]! += 1;
  }
  let last = BINS - 1;
  let left = count;
  while (inBin[last]! < left) {
    left -= inBin[last]!;
    last -= 1;
  }

  let near = 0;
  for (let place = 0; place < length; place += 1) {
    const bin = binOf[place]!;
    taken[place]! |= (last - bin) >>> 31; // 1 where the bin is above the last one
    places[near] = place;
    near += ((bin ^ last) - 1) >>> 31; // 1 where it is the last one
  }
  return { left, near };
}

/** Takes the `count` largest keys of the first `length`, equal ones by place. Their `places` ascend. */
function takeByKeys(room: SelectionRoom, length: number, count: number, taken: Uint8Array): void {
  const { left } = takeAbove(room, length, count, taken);
  for (let index = 0; index < left; index += 1) taken[room.places[index]!] = 1;
}

/**
 * Takes the keys above the `count`th largest of the first `length`.
 *
 * @returns how many of the `count` are left, and how many keys are equal to the last. Their places are the first in
 *   `room.places` then, ascending.
 */
function takeAbove(
  { places, keys, sorted }: SelectionRoom,
  length: number,
  count: number,
  taken: Uint8Array,
): { left: number; count: number } {
  const last = kthLargest(keys, length, count, sorted);
  let left = count;
  let equal = 0;
  for (let index = 0; index < length; index += 1) {
    const place = places[index]!;
    if (keys[index]! > last) {
      taken[place] = 1;
      left -= 1;
    } else if (keys[index] === last) {
      places[equal] = place;
      equal += 1;
    }
  }
  return { left, count: equal };
}

/** The `count`th largest of the first `length` keys. */
function kthLargest(keys: Float64Array, length: number, count: number, sorted: Float64Array): number {
  if (length > FEW) {
    sorted.set(keys.subarray(0, length));
    return sorted.subarray(0, length).sort()[length - count]!;
  }
  for (let end = 0; end < length; end += 1) {
    const key = keys[end]!;
    let place = end;
    while (place > 0 && sorted[place - 1]! > key) {
      sorted[place] = sorted[place - 1]!;
      place -= 1;
    }
    sorted[place] = key;
  }
  return sorted[length - count]!;
}
