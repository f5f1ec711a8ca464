import { optionTable, showValue, text } from '@tgm/options';
import { COMMAND_FIELDS, type CommandOptions } from '../command/command-options.js';
import { jsonLinesProgram } from '../command/json-lines-program.js';
import { ModelError } from '../errors.js';
import type { Captioner } from './captioner.js';
import { requirePicture } from './captioner.js';
import { pngOf } from './png.js';

export interface CommandCaptionerOptions extends CommandOptions {
  /** Kept beside each caption, as `revision`: what the program runs. */
  readonly model: string;
  readonly revision: string;
}

/** The options of `commandCaptioner`, for programs that ask a person for them. */
export const commandCaptionerOptions = optionTable(
  'commandCaptioner',
  { ...COMMAND_FIELDS, model: text(), revision: text() } satisfies Record<
    keyof CommandCaptionerOptions,
    unknown
  >,
  ModelError,
);

/**
 * A captioner in another language, such as BLIP-2 in Python: a program that reads a line of JSON for each picture,
 * `{"id": 1, "png": "<base64>", "height": 224, "width": 224, "video": "a", "frame": 12}`, and writes a line for each,
 * `{"id": 1, "caption": "a dog"}` or `{"id": 1, "error": "what went wrong"}`. `video` and `frame` are there where `captionVideos`
 * asks. Its input ends when it is to end.
 *
 * @throws ModelError with `OPTION_INVALID`; `caption` throws `INPUT_SHAPE` or `COMMAND_FAILED`
 */
export function commandCaptioner(options: CommandCaptionerOptions): Captioner {
  const { model, revision, ...command } = commandCaptionerOptions.check(options);
  const program = jsonLinesProgram(command);
  return {
    model,
    revision,
    async caption(picture, of) {
      requirePicture(picture);
      const { height, width } = picture;
      const png = pngOf(picture).toString('base64');
      const answer = await program.ask({ png, height, width, ...(of && { video: of.id, frame: of.frame }) });
      if (typeof answer.caption === 'string') return answer.caption.trim();
      throw new ModelError('COMMAND_FAILED', {
        where: program.where,
        expected: '"caption", a text, or "error"',
        received: showValue(answer),
      });
    },
    dispose: () => program.close(),
  };
}
