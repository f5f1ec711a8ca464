import { showValue } from '@tgm/options';
import { MaskingError } from './errors.js';
import type { MaskRequest } from './strategy.js';
import { checkGrid } from './token-grid.js';

/** @throws MaskingError `OPTION_INVALID` for a request without a generator or cues or of a wrong epoch, `GRID_INVALID`. */
export function checkRequest(request: MaskRequest<object>, where: string): void {
  const refuse = (what: string, expected: string, value: unknown) =>
    new MaskingError('OPTION_INVALID', { where: `${where}, ${what}`, expected, received: showValue(value) });
  if (!isObject(request)) throw refuse('request', 'an object with grid, random and cues', request);
  checkGrid(request.grid, `${where}, grid`);
  if (typeof request.random !== 'function') {
    throw refuse('random', 'a function, such as seededRandom gives', request.random);
  }
  if (!isObject(request.cues)) throw refuse('cues', 'an object of cues', request.cues);
  const { epoch = 0 } = request;
  if (!(Number.isFinite(epoch) && epoch >= 0)) throw refuse('epoch', 'a finite number from 0', epoch);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
