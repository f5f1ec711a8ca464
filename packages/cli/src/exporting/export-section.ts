import { flag, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';

/** Which model becomes ONNX files, and where. */
export interface ExportModelOptions {
  /** A run's folder, a checkpoint, or a folder in the form of Hugging Face. */
  readonly model: string;
  /** The folder that the files are written into. */
  readonly output: string;
  /** Clips, images or texts of one run: the files' shapes are fixed. Default 1. */
  readonly batch?: number;
  /** The frozen encoder alone, whatever else the model has. Default false. */
  readonly encoderOnly?: boolean;
}

export const exportTable = optionTable(
  'export',
  {
    model: text(),
    output: text(),
    batch: optional(wholeNumber({ from: 1 }), 1),
    encoderOnly: optional(flag(), false),
  } satisfies Record<keyof ExportModelOptions, unknown>,
  CliError,
);

export const exportSection = section(
  'export',
  optionGroup(exportTable, {
    model: ['<folder>', 'a run, a checkpoint, or a folder of Hugging Face'],
    output: ['<folder>', 'where the ONNX files are written'],
    batch: ['<n>', 'clips, images or texts of one run; default 1'],
    encoderOnly: ['', 'the frozen encoder alone, whatever else the model has'],
  }),
);
