import type { SafetensorsTensor } from '@tgm/models';
import { type PatchConfig, patchify, tokenSizeOf } from '@tgm/models';

/**
 * Where each number of the tokens comes from in the frames [T, H, W, 3], as `patchify` says: it moves the bytes of every
 * place's own number.
 */
function tokenOrder(config: PatchConfig): Int32Array {
  const count = config.numFrames * config.imageSize ** 2 * 3;
  const order = new Int32Array(count);
  for (const shift of [0, 8, 16, 24]) {
    const bytes = patchify(
      Uint8Array.from({ length: count }, (_, place) => place >> shift),
      config,
    );
    for (let place = 0; place < count; place++) order[place]! |= bytes[place]! << shift;
  }
  return order;
}

/** A clip [B, 3, T, H, W], or an image [B, 3, H, W], as all its tokens [B, N, P]. */
export function tokensOf({ shape, data }: SafetensorsTensor, config: PatchConfig): Float32Array {
  const batch = shape[0]!;
  const pixels = data.length / batch / 3;
  const order = tokenOrder(config);
  const tokens = new Float32Array(data.length);
  for (let clip = 0; clip < batch; clip++) {
    for (const [place, from] of order.entries()) {
      const channel = from % 3;
      tokens[clip * 3 * pixels + place] = Number(data[(clip * 3 + channel) * pixels + Math.floor(from / 3)]);
    }
  }
  return tokens;
}

/** The chosen tokens of each clip: [B, N, P] to [B, K, P]. */
export function chooseTokens(
  tokens: Float32Array,
  places: readonly number[][],
  config: PatchConfig,
): Float32Array {
  const size = tokenSizeOf(config);
  const count = tokens.length / size / places.length;
  const rows = places.flatMap((row, clip) => row.map((token) => (clip * count + token) * size));
  const chosen = new Float32Array(rows.length * size);
  for (const [row, start] of rows.entries()) chosen.set(tokens.subarray(start, start + size), row * size);
  return chosen;
}

/** [B, N] 0/1 rows to the ascending places of `value` in each. */
export function placesOf({ shape, data }: SafetensorsTensor, value: number): number[][] {
  const [batch, count] = shape as [number, number];
  return Array.from({ length: batch }, (_, row) =>
    Array.from({ length: count }, (_, place) => place).filter(
      (place) => Number(data[row * count + place]) === value,
    ),
  );
}
