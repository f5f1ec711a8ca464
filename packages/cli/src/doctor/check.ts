/** What was looked at on this machine. */
export interface Check {
  readonly name: string;
  /** `warning`: something is missed that not everybody needs. */
  readonly state: 'fine' | 'warning' | 'wrong';
  /** What was found. */
  readonly found: string;
  /** A command, or a step, that mends it. */
  readonly mend?: string;
}

export const fine = (name: string, found: string): Check => ({ name, state: 'fine', found });
export const warning = (name: string, found: string, mend: string): Check => ({
  name,
  state: 'warning',
  found,
  mend,
});
export const wrong = (name: string, found: string, mend: string): Check => ({
  name,
  state: 'wrong',
  found,
  mend,
});

/** The first line of what an error says. */
export const saysOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
