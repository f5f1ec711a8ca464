import { ProgramError } from '../program/errors.js';

/**
 * The figure of a row.
 *
 * @param holds whether it is what it would be if the part worked.
 * @param expected what it would be.
 * @throws ProgramError `FIGURE_WRONG` where it does not hold.
 */
export function figure(text: string, holds: boolean, expected: string): string {
  if (holds) return text;
  throw new ProgramError('FIGURE_WRONG', { where: 'figure', expected, received: text });
}
