import { chooseIndices, maskedCount, type Random, type TokenMask } from '@tgm/masking';

/**
 * The masked tokens that the decoder reconstructs: a share of them, at least one. Those that a mask for the decoder hides too
 * come first; they are cut, or topped up with others, at random to exactly that number, so that every clip has as many
 * (VideoMAE V2, arXiv 2303.16727, section 3.2, reconstructs half by a mask of its own).
 *
 * @param masked M token numbers.
 * @param decoderMask what the mask for the decoder says of the whole clip.
 * @param ratio share of the M tokens, [0, 1).
 * @returns max(1, floor(M * ratio)) token numbers, ascending.
 */
export function reconstructedTokens(
  masked: Uint32Array,
  decoderMask: Pick<TokenMask, 'masked'>,
  ratio: number,
  random: Random,
): Uint32Array {
  const count = Math.max(1, maskedCount(masked.length, ratio));
  const wanted = new Set(decoderMask.masked);
  const first = masked.filter((token) => wanted.has(token));
  const others = masked.filter((token) => !wanted.has(token));
  const chosen = [
    ...draw(first, Math.min(count, first.length), random),
    ...draw(others, Math.max(0, count - first.length), random),
  ];
  return Uint32Array.from(chosen).sort();
}

function draw(tokens: Uint32Array, count: number, random: Random): Uint32Array {
  if (count === tokens.length) return tokens;
  return chooseIndices(count, tokens.length, random).map((place) => tokens[place]!);
}
