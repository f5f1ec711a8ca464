/** Parts of equal width into which the range of the numbers is cut, 256 at most. */
const BINS = 256;

/** Numbers up to which sorting by insertion is the fastest. */
const FEW = 32;

/**
 * A function that gives the median of the first `count` numbers, 1 to `size` of them; of an even count the larger of the two in
 * the middle. It finds the bin of the median and sorts that alone. It has memory of its own: make one for each clip.
 *
 * @returns a function of finite numbers.
 */
export function medianFinder(size: number): (values: Float32Array, count: number) => number {
  const inBin = new Uint32Array(BINS);
  const binOf = new Uint8Array(size);
  const near = new Float32Array(size + 1);
  return (values, count) => {
    let low = values[0]!;
    let high = low;
    for (let index = 1; index < count; index += 1) {
      const value = values[index]!;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (low === high) return low;

    // Rounding keeps the order: a number in a higher bin is larger.
    const scale = (BINS - 1) / (high - low);
    inBin.fill(0);
    for (let index = 0; index < count; index += 1) {
      const bin = ((values[index]! - low) * scale) | 0;
      binOf[index] = bin;
      inBin[bin]! += 1;
    }
    let left = Math.floor(count / 2);
    let bin = 0;
    while (inBin[bin]! <= left) {
      left -= inBin[bin]!;
      bin += 1;
    }

    let found = 0;
    for (let index = 0; index < count; index += 1) {
      near[found] = values[index]!;
      found += ((binOf[index]! ^ bin) - 1) >>> 31; // 1 where it is the bin
    }
    return inOrder(near, found, left);
  };
}

/** The number at `place` of the first `count` in ascending order. */
function inOrder(values: Float32Array, count: number, place: number): number {
  if (count > FEW) return values.subarray(0, count).sort()[place]!;
  for (let end = 1; end < count; end += 1) {
    const value = values[end]!;
    let at = end;
    while (at > 0 && values[at - 1]! > value) {
      values[at] = values[at - 1]!;
      at -= 1;
    }
    values[at] = value;
  }
  return values[place]!;
}
