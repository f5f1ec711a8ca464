import { readJson } from '../checkpoint/json-file.js';
import { readFields } from '../config-fields.js';
import { ConfigError } from '../errors.js';

/** A name of a class in words: `ApplyEyeMakeup` and `apply_eye_makeup` are "apply eye makeup". */
export function labelWords(label: string): string {
  return label
    .replace(/[_-]+/g, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/**
 * Captions of a video from its class alone, one for each template.
 * @param templates texts with `{}` where the class goes, such as "a video of {}".
 * @throws ConfigError when a template has no `{}`.
 */
export function labelCaptions(label: string, templates: readonly string[]): string[] {
  return templates.map((template) => {
    if (template.includes('{}')) return template.replaceAll('{}', labelWords(label));
    throw new ConfigError('labelCaptions', 'a template', 'a text with {}', template);
  });
}

/**
 * The caption of a video of Something-Something V2, whose classes leave the things open and whose annotations name them:
 * "Pushing [something] from left to right" and ["a cup"] are "pushing a cup from left to right".
 * @throws ConfigError when there are not as many things as places.
 */
export function fillTemplate(template: string, things: readonly string[]): string {
  const places = template.match(/\[[^\]]+\]/g) ?? [];
  if (places.length !== things.length) {
    throw new ConfigError(
      'fillTemplate',
      'things',
      `one for each of ${places.join(' ') || 'no place'}`,
      things,
    );
  }
  let next = 0;
  const filled = template.replace(/\[[^\]]+\]/g, () => things[next++]!);
  return filled.charAt(0).toLowerCase() + filled.slice(1);
}

/**
 * What a language model, or a person, wrote about each class: a JSON file such as
 * `{ "archery": ["a person draws a bow", "an arrow flies to a target"] }`.
 * @throws CheckpointNotFoundError, ConfigError when a class has no texts.
 */
export async function readClassDescriptions(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const json = await readJson(path);
  const fields = readFields(json, path);
  return new Map(Object.keys(json).map((label) => [label, fields.strings(label)]));
}
