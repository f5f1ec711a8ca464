import type { ConfigFile } from './config-file.js';
import type { Layer } from './layers.js';

/** Options that stand in a section of a file. */
export const fileLayer = (section: string, file: ConfigFile, values: Layer['values']): Layer => ({
  values,
  origin: (option) => file.place([section, option], 'name'),
  place: (option, of) => `${file.place([section, ...option], of)}, ${[section, ...option].join('.')}`,
});
