import type { ExampleSource } from './examples.js';

/** What a source of changed examples has of the one that it is made of. */
export function sourceFacts(
  source: ExampleSource<object>,
): Pick<
  ExampleSource<object>,
  'length' | 'perSample' | 'parallel' | 'textWidth' | 'featureWidth' | 'classes' | 'id'
> {
  const { length, perSample, parallel, textWidth, featureWidth, classes } = source;
  return {
    length,
    ...(perSample !== undefined && { perSample }),
    ...(parallel !== undefined && { parallel }),
    ...(textWidth !== undefined && { textWidth }),
    ...(featureWidth !== undefined && { featureWidth }),
    ...(classes !== undefined && { classes }),
    id: (index) => source.id(index),
  };
}
