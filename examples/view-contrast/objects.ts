import { type ClipRow, COLOUR_NAMES, SHAPES } from '../moving-shapes/index.js';

/** Objects that captions name: six colours of five shapes. */
export const OBJECTS = COLOUR_NAMES.length * SHAPES.length;

/** The number of a clip's named object, below `OBJECTS`. */
export const objectOf = ({ colour, shape }: ClipRow): number =>
  COLOUR_NAMES.indexOf(colour) * SHAPES.length + SHAPES.indexOf(shape);
