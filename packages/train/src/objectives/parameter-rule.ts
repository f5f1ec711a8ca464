/** Ends of the names of the parameters that are tokens and positions, of the shape of matrices. */
const TOKENS_AND_POSITIONS = ['mask_token', 'class_token', '_positions'];

/**
 * Whether weight decay holds for a parameter of a Video MAE or of a loss: for matrices, but not for vectors, scalars, tokens
 * and positions (VideoMAE, ST-MAE).
 */
export function matrixDecays(name: string, shape: readonly number[]): boolean {
  return shape.length > 1 && !TOKENS_AND_POSITIONS.some((end) => name.endsWith(end));
}
