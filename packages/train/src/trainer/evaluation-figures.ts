import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';

/** @throws TrainError `OPTION_INVALID` unless an evaluation gave numbers by name; NaN and the infinities are some. */
export function requireFigures(figures: unknown): Readonly<Record<string, number>> {
  const named = typeof figures === 'object' && figures !== null && !Array.isArray(figures);
  const wrong = named && Object.entries(figures).find(([, figure]) => typeof figure !== 'number');
  if (named && !wrong) return figures as Readonly<Record<string, number>>;
  throw new TrainError('OPTION_INVALID', {
    where: `trainer, option evaluate.run${wrong ? `, figure ${wrong[0]}` : ''}`,
    expected: wrong ? 'a number' : 'numbers by name',
    received: showValue(wrong ? wrong[1] : figures),
  });
}
