import type { GenericSchema } from 'valibot';

/** What one option may be. */
export type Field<T = unknown> = GenericSchema<T>;
