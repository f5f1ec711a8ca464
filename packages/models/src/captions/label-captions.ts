import { readFile } from 'node:fs/promises';
import { listOf, optionTable, passing, showValue, text } from '@tgm/options';
import { jsonObject } from '../checkpoint/json-file.js';
import { ModelError } from '../errors.js';
import { orFileFailed } from '../file-failed.js';
import { anyText } from '../option-fields.js';

const withPlace = passing(
  'a text with {}',
  (value): value is string => typeof value === 'string' && value.includes('{}'),
);
const words = optionTable('labelWords', { label: text() }, ModelError);
const captions = optionTable(
  'labelCaptions',
  { label: text(), templates: listOf(withPlace, { from: 1 }) },
  ModelError,
);
const filling = optionTable('fillTemplate', { template: text(), things: listOf(anyText()) }, ModelError);
const descriptions = optionTable('readClassDescriptions', { path: text() }, ModelError);

/**
 * A name of a class in words: `ApplyEyeMakeup` and `apply_eye_makeup` are "apply eye makeup".
 * @throws ModelError with `OPTION_INVALID`
 */
export function labelWords(label: string): string {
  words.check({ label });
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
 * @throws ModelError with `OPTION_INVALID`, also when a template has no `{}`.
 */
export function labelCaptions(label: string, templates: readonly string[]): string[] {
  captions.check({ label, templates });
  return templates.map((template) => template.replaceAll('{}', labelWords(label)));
}

/**
 * The caption of a video of Something-Something V2, whose classes leave the things open and whose annotations name them:
 * "Pushing [something] from left to right" and ["a cup"] are "pushing a cup from left to right".
 * @throws ModelError with `OPTION_INVALID`, also when there are not as many things as places.
 */
export function fillTemplate(template: string, things: readonly string[]): string {
  filling.check({ template, things });
  const places = template.match(/\[[^\]]+\]/g) ?? [];
  if (places.length !== things.length) {
    throw new ModelError('OPTION_INVALID', {
      where: 'fillTemplate, option things',
      expected: `one for each of ${places.join(' ') || 'no place'}`,
      received: showValue(things),
    });
  }
  let next = 0;
  const filled = template.replace(/\[[^\]]+\]/g, () => things[next++]!);
  return filled.charAt(0).toLowerCase() + filled.slice(1);
}

/**
 * What a language model, or a person, wrote about each class: a JSON file such as
 * `{ "archery": ["a person draws a bow", "an arrow flies to a target"] }`.
 * @throws ModelError with `OPTION_INVALID`, `FILE_FAILED`, or `CONFIG_INVALID` when a class has no texts.
 */
export async function readClassDescriptions(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  descriptions.check({ path });
  const text = await orFileFailed(path, 'a file of descriptions of classes', readFile(path, 'utf8'));
  const json = jsonObject(path, text);
  return new Map(
    Object.entries(json).map(([label, texts]) => {
      if (Array.isArray(texts) && texts.length > 0 && texts.every(isText)) return [label, texts];
      throw new ModelError('CONFIG_INVALID', {
        where: `${path}, key ${label}`,
        expected: 'a list of at least one text, none empty',
        received: showValue(texts),
      });
    }),
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
