import { type OptionTable, optionTable, wholeNumber } from '@tgm/options';
import { MaskingError } from '../errors.js';

/** A clip's size in pixels and the side of a token. */
export interface FlowShape {
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  readonly patchSize: number;
}

const side = wholeNumber({ from: 1 });

export const flowShapeFields = { frameCount: side, height: side, width: side, patchSize: side };

/** A table of a shape alone. */
export const flowShapeTable = (where: string) => optionTable(where, flowShapeFields, MaskingError);

/** @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` unless whole tokens cover the frame. */
export function checkFlowShape(table: OptionTable<typeof flowShapeFields>, shape: FlowShape): void {
  const { height, width, patchSize } = table.check(shape);
  checkDivides(patchSize, width, 'pixels of a row', table.where);
  checkDivides(patchSize, height, 'pixels of a column', table.where);
}

/** @throws MaskingError `GRID_INVALID`. */
export function checkDivides(part: number, whole: number, what: string, where: string): void {
  if (whole % part === 0) return;
  throw new MaskingError('GRID_INVALID', {
    expected: `a divisor of the ${whole} ${what}`,
    received: String(part),
    where,
  });
}
