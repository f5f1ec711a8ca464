import { listOf, objectWith, oneOf, optional, optionTable, passing, showValue, text } from '@tgm/options';
import { claimFile } from '../captions/claim-file.js';
import { labelWords } from '../captions/label-captions.js';
import { ModelError } from '../errors.js';
import type { ClassWriter } from './class-writer.js';
import { readDescribed, writeDescribed } from './description-file.js';
import { type DescriptionForm, FORMS } from './forms.js';

export interface DescribeClassesOptions {
  /** The JSON file to write; `<path>.source.json` tells what it came from. */
  readonly path: string;
  /** Names of the classes, each once. `ApplyEyeMakeup` is asked about as "apply eye makeup". */
  readonly classes: readonly string[];
  readonly writer: ClassWriter;
  /** How answers are read: `sentences` as they are (default), `descriptors` line by line. As `classTexts` of `@tgm/eval` has it. */
  readonly form?: DescriptionForm;
  /** Each with `{}` where the class goes. Default: some of the form. */
  readonly questions?: readonly string[];
}

/** One class described, or known already. */
export interface ClassEvent {
  readonly label: string;
  /** Different from each other, without regard to case. */
  readonly texts: readonly string[];
  /** Whether it was in the file. */
  readonly known: boolean;
  /** Classes so far, this one among them. */
  readonly done: number;
}

const withPlace = passing(
  'a text with {}',
  (value): value is string => typeof value === 'string' && value.includes('{}'),
);
const classNames = passing(
  'names of classes, at least one, each a text and there once',
  (value): value is readonly string[] =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((label) => typeof label === 'string' && label !== '') &&
    new Set(value).size === value.length,
);

const table = optionTable(
  'describeClasses',
  {
    path: text(),
    classes: classNames,
    writer: objectWith<ClassWriter>('a writer', ['model', 'revision', 'write']),
    form: optional(oneOf(['sentences', 'descriptors']), 'sentences'),
    questions: optional(listOf(withPlace, { from: 1 })),
  } satisfies Record<keyof DescribeClassesOptions, unknown>,
  ModelError,
);

/**
 * Asks a language model about each class and writes the answers as `readClassDescriptions` reads them, the form in which Menon and
 * Vondrick (arXiv 2210.07183) and CuPL (arXiv 2209.03320) publish theirs: `{ "archery": ["a long bow", "arrows"] }`. Says each class as
 * it is written. A later run asks about the classes that the file lacks.
 *
 * @throws ModelError with `OPTION_INVALID`; `CONFIG_INVALID` for a file that came from another model, form or questions; `CAPTIONS_LOCKED`
 *   when another run writes it; `FILE_FAILED`; `WRITER_FAILED` for a class about which it says nothing; what the writer throws.
 */
export function describeClasses(options: DescribeClassesOptions): AsyncGenerator<ClassEvent> {
  const checked = table.check(options);
  return described({ ...checked, questions: checked.questions ?? FORMS[checked.form].questions });
}

async function* described(options: Required<DescribeClassesOptions>): AsyncGenerator<ClassEvent> {
  const { path, classes, writer, form, questions } = options;
  const { model, revision } = writer;
  const source = { model, revision, form, questions: [...questions] };
  const unlock = await claimFile(path, 'a path that can be written');
  try {
    const all = await readDescribed(path, source);
    for (const [index, label] of classes.entries()) {
      const before = all.get(label);
      const texts = before ?? (await textsOf(label, options));
      if (!before) await writeDescribed(path, source, all.set(label, texts));
      yield { label, texts, known: before !== undefined, done: index + 1 };
    }
  } finally {
    await unlock();
  }
}

async function textsOf(
  label: string,
  { writer, form, questions }: Required<DescribeClassesOptions>,
): Promise<string[]> {
  const texts = new Map<string, string>();
  for (const question of questions) {
    const answers: unknown = await writer.write(question.replaceAll('{}', labelWords(label)), label);
    if (!Array.isArray(answers) || !answers.every((answer) => typeof answer === 'string'))
      throw saysNothing(writer, label, answers);
    for (const answer of answers) {
      for (const text of FORMS[form].read(answer)) {
        const key = text.toLowerCase();
        if (text !== '' && !texts.has(key)) texts.set(key, text);
      }
    }
  }
  if (texts.size === 0) throw saysNothing(writer, label, []);
  return [...texts.values()];
}

function saysNothing({ model, revision }: ClassWriter, label: string, received: unknown): ModelError {
  return new ModelError('WRITER_FAILED', {
    where: `${model} at ${revision}, class ${showValue(label)}`,
    expected: 'a list of texts, with at least one of some words',
    received: showValue(received),
  });
}
