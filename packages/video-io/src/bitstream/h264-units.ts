/** Types of units (ITU-T H.264, table 7-1). */
export const SLICE = 1;
export const FIRST_PARTITION = 2;
export const LAST_PARTITION = 4;
export const IDR_SLICE = 5;
export const SEI = 6;
export const SEQUENCE_PARAMETERS = 7;
export const PICTURE_PARAMETERS = 8;

/** The type of the unit that begins with this byte (ITU-T H.264, 7.3.1). */
export function unitType(firstByte: number): number {
  return firstByte & 31;
}

/** Whether other pictures may be predicted from the unit that begins with this byte. */
export function isReferenced(firstByte: number): boolean {
  return (firstByte & 0x60) !== 0;
}
