export {
  type Describe,
  type Description,
  describer,
  type Json,
  type Recorded,
  recorded,
  unrecorded,
} from './describe.js';
export { type DescriptionDifference, descriptionDifferences } from './description-differences.js';
export { type Fault, TgmError } from './error.js';
export type { Field } from './field.js';
export {
  type Bounds,
  callable,
  eitherOf,
  flag,
  listOf,
  number,
  objectWith,
  oneOf,
  passing,
  text,
  wholeNumber,
} from './fields.js';
export {
  accepts,
  type Fields,
  innerFields,
  nested,
  type Optional,
  type OptionFault,
  type OptionTable,
  optional,
  optionTable,
  type Refusal,
  type Resolved,
  takesList,
} from './option-table.js';
export { showValue } from './show-value.js';
