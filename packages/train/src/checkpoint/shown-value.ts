import { showValue } from '@tgm/options';

/** A value of a description, or that it has none. */
export const shownValue = (value: unknown): string => (value === undefined ? 'nothing' : showValue(value));
