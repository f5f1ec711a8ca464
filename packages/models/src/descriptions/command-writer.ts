import { optionTable, showValue, text } from '@tgm/options';
import { COMMAND_FIELDS, type CommandOptions } from '../command/command-options.js';
import { jsonLinesProgram } from '../command/json-lines-program.js';
import { ModelError } from '../errors.js';
import type { ClassWriter } from './class-writer.js';

export interface CommandWriterOptions extends CommandOptions {
  /** Kept beside the descriptions, as `revision`: what the program runs. */
  readonly model: string;
  readonly revision: string;
}

const table = optionTable(
  'commandWriter',
  { ...COMMAND_FIELDS, model: text(), revision: text() } satisfies Record<
    keyof CommandWriterOptions,
    unknown
  >,
  ModelError,
);

/**
 * A language model by a program: it reads a line of JSON for each question, `{"id": 1, "question": "How does a person do archery?",
 * "class": "archery"}`, and writes a line for each, `{"id": 1, "texts": ["A person draws a bow."]}` or `{"id": 1, "error": "..."}`.
 * Several texts are several answers, as where a model is sampled more than once.
 *
 * @throws ModelError with `OPTION_INVALID`; `write` throws `COMMAND_FAILED`
 */
export function commandWriter(options: CommandWriterOptions): Required<ClassWriter> {
  const { model, revision, ...command } = table.check(options);
  const program = jsonLinesProgram(command);
  return {
    model,
    revision,
    async write(question, label) {
      const answer = await program.ask({ question, class: label });
      const { texts } = answer;
      if (Array.isArray(texts) && texts.every((each) => typeof each === 'string')) return texts;
      throw new ModelError('COMMAND_FAILED', {
        where: program.where,
        expected: '"texts", a list of texts, or "error"',
        received: showValue(answer),
      });
    },
    dispose: () => program.close(),
  };
}
