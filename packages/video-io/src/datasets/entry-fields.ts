import { type RowFault, shown } from './tables/fault.js';
import type { JsonRecord } from './tables/json-lines.js';

/** A field that must be text with something in it. */
export function textField(record: JsonRecord, name: string, fault: RowFault): string {
  const value = record[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  return fault(`"${name}" to be text`, shown(value));
}

/** A field that must be a finite number of at least 0. */
export function numberField(record: JsonRecord, name: string, fault: RowFault): number {
  const value = record[name];
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  return fault(`"${name}" to be a number from 0`, shown(value));
}
