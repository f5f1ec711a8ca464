import { labelCaptions, labelWords } from '@tgm/models';
import { type Field, listOf, oneOf, optional, optionTable, passing, showValue, text } from '@tgm/options';
import { EvaluationError } from '../errors.js';

export interface ClassTextsOptions {
  /** Names of the classes, in the order of their numbers; at least one. `ApplyEyeMakeup` is read as "apply eye makeup". */
  readonly classes: readonly string[];
  /** Texts with `{}` where the class goes, such as "a video of {}". Default: none where there are descriptions, else the name. */
  readonly templates?: readonly string[];
  /** What is written about each class, by its name; `readClassDescriptions` of `@tgm/models` reads a file of them. */
  readonly descriptions?: ReadonlyMap<string, readonly string[]>;
  /**
   * What the descriptions are. `sentences` by default, which stand for themselves (CuPL, Pratt et al. 2023). `descriptors` are
   * marks such as "a long bow": the text is then "archery, which is a long bow" (Menon and Vondrick 2023).
   */
  readonly form?: 'sentences' | 'descriptors';
}

/** Texts to be embedded, and the class of each. */
export interface ClassTexts {
  readonly texts: readonly string[];
  readonly textClasses: readonly number[];
}

const descriptionsField = (): Field<ReadonlyMap<string, readonly string[]>> =>
  passing(
    'a Map of lists of texts',
    (value): value is ReadonlyMap<string, readonly string[]> => value instanceof Map,
  );

const templateField = (): Field<string> =>
  passing(
    'a text with {} where the class goes',
    (value): value is string => typeof value === 'string' && value.includes('{}'),
  );

const OPTIONS = optionTable(
  'classTexts',
  {
    classes: listOf(text(), { from: 1 }),
    templates: optional(listOf(templateField(), { from: 1 })),
    descriptions: optional(descriptionsField()),
    form: optional(oneOf(['sentences', 'descriptors'] as const)),
  } satisfies Record<keyof ClassTextsOptions, unknown>,
  EvaluationError,
);

/**
 * The texts that stand for classes in `zeroShot`: their names in templates, what is written about them, or both.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for a class that comes twice, a class without a description or with an empty one
 *   where there are any, a template without `{}`, and a form of descriptions that are not there.
 */
export function classTexts(options: ClassTextsOptions): ClassTexts {
  const { classes, descriptions, form, ...given } = OPTIONS.check(options);
  const twice = classes.find((label, at) => classes.indexOf(label) < at);
  if (twice !== undefined) refuse('option classes', 'each class once', `${showValue(twice)} twice`);
  if (form && !descriptions) refuse('option form', 'descriptions, whose form it is', 'none');
  const templates = given.templates ?? (descriptions ? [] : ['{}']);
  const texts: string[] = [];
  const textClasses: number[] = [];
  for (const [number, label] of classes.entries()) {
    const own = descriptions ? descriptionsOf(label, descriptions) : [];
    const described =
      form === 'descriptors' ? own.map((mark) => `${labelWords(label)}, ${relativeClause(mark)}`) : own;
    const all = [...(templates.length > 0 ? labelCaptions(label, templates) : []), ...described];
    texts.push(...all);
    textClasses.push(...all.map(() => number));
  }
  return { texts, textClasses };
}

function descriptionsOf(label: string, all: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const own = all.get(label) ?? all.get(labelWords(label));
  if (Array.isArray(own) && own.length > 0 && own.every(isText)) return own;
  return refuse(
    `option descriptions, class ${showValue(label)}`,
    'at least one text, none empty',
    showValue(own),
  );
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

function refuse(where: string, expected: string, received: string): never {
  throw new EvaluationError('OPTION_INVALID', { where: `classTexts, ${where}`, expected, received });
}

/** The rules of Menon and Vondrick (2023): "a bow" is something, "can fly" does something, anything else is had. */
function relativeClause(mark: string): string {
  const first = mark.trim().toLowerCase().split(/\s+/, 1)[0]!;
  if (['a', 'an', 'used'].includes(first)) return `which is ${mark}`;
  return ['has', 'often', 'typically', 'may', 'can'].includes(first) ? `which ${mark}` : `which has ${mark}`;
}
