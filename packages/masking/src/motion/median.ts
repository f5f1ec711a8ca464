/** Numbers up to which sorting by insertion is the fastest. */
const FEW = 8;

/**
 * A function that gives the median of the first `count` numbers, 1 to `size` of them; of an even count the larger of the two in
 * the middle. It parts them at the middle one of three, and goes on with the part that holds the median (Hoare's quickselect). Of
 * vectors that are mostly equal, as those of a codec, one pass finds it. It has memory of its own: make one for each clip.
 *
 * @returns a function of finite numbers, which are put in another order.
 */
export function medianFinder(size: number): (values: Float32Array, count: number) => number {
  const spare = new Float32Array(size);
  return (values, count) => {
    let numbers: Float32Array = values;
    let larger: Float32Array = spare;
    let length = count;
    let place = Math.floor(count / 2);
    while (length > FEW) {
      const pivot = middle(numbers[0]!, numbers[length >> 1]!, numbers[length - 1]!);
      let below = 0;
      let above = 0;
      for (let index = 0; index < length; index += 1) {
        const value = numbers[index]!;
        numbers[below] = value;
        larger[above] = value;
        below += Number(value < pivot); // without a branch that would go by chance
        above += Number(value > pivot);
      }
      if (place < below) length = below;
      else if (place < length - above) return pivot;
      else {
        place -= length - above;
        length = above;
        [numbers, larger] = [larger, numbers];
      }
    }
    return inOrder(numbers, length, place);
  };
}

const middle = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

/** The number at `place` of the first `count` in ascending order. */
function inOrder(values: Float32Array, count: number, place: number): number {
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
