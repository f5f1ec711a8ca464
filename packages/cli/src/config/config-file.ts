/** A configuration as a file gives it. */
export interface ConfigFile {
  /** Its path as it is shown. */
  readonly file: string;
  /** Its folder, absolute: paths in it are relative to this one. */
  readonly folder: string;
  readonly values: Readonly<Record<string, unknown>>;
  /**
   * Where an option stands, `tgm.config.json:4:5`: the names from the outermost inwards. The line and column, from 1, are left out
   * where they cannot be told.
   */
  place(option: readonly string[], of: 'name' | 'value'): string;
}
