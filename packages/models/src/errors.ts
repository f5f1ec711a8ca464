import { type Fault, TgmError } from '@tgm/options';

export type ModelErrorCode =
  /** An option of a function that is missing, of another kind, out of range or not known. */
  | 'OPTION_INVALID'
  /** A JSON file, or a key of it, that says what no model here does; a file of texts that another model or setting made. */
  | 'CONFIG_INVALID'
  /** A tensor or typed array of another size than the model takes. */
  | 'INPUT_SHAPE'
  /** A forward function was given parameters without one that it reads. */
  | 'PARAMETER_MISSING'
  /** Bytes that are not a safetensors file, or one that cannot be written. */
  | 'SAFETENSORS_INVALID'
  /** A file of a checkpoint folder that is not there. */
  | 'CHECKPOINT_NOT_FOUND'
  /** The file system does not read or write a file. `cause` has its own error. */
  | 'FILE_FAILED'
  /** A file of PyTorch's own form: a program for Python, which nothing here runs. */
  | 'CHECKPOINT_PICKLED'
  /** The tensors of a file, or of a record of parameters, are not those of the model. */
  | 'CHECKPOINT_KEYS_MISMATCH'
  /** A file that is no captions file, or a line of one that is no record. */
  | 'CAPTIONS_INVALID'
  /** Another run writes the captions file, or the file of descriptions. */
  | 'CAPTIONS_LOCKED'
  /** The Hugging Face Hub does not give a model. */
  | 'HUB_FAILED'
  /** A package that only some need is not installed. */
  | 'PACKAGE_MISSING'
  /** A captioning model that does not open, fails on a picture, or gives a caption without words. */
  | 'CAPTIONER_FAILED'
  /** A program that does not start, ends early, or answers wrongly, too late or with an error. */
  | 'COMMAND_FAILED'
  /** A writer that says nothing about a class. */
  | 'WRITER_FAILED'
  /** A text encoder that does not open, fails on a text, or gives no embedding. */
  | 'TEXT_ENCODER_FAILED'
  /** An ONNX file of a teacher whose inputs or outputs are not those of its part, or do not fit those of the other file. */
  | 'ONNX_FILE_UNFIT';

/** Every error that this package throws on purpose. */
export class ModelError extends TgmError<ModelErrorCode> {}

/** A tensor that is there, but not with the shape of the model. */
export interface ShapeMismatch {
  readonly name: string;
  readonly expected: readonly number[];
  readonly got: readonly number[];
}

/** Which tensors are not those of the model. */
export interface KeysMismatch {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly ShapeMismatch[];
}

/** The tensors of a file, or of a record of parameters, are not those of the model; the fields hold all of their names. */
export class CheckpointKeysError extends ModelError implements KeysMismatch {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly ShapeMismatch[];

  constructor(where: string, { missing, unexpected, mismatched }: KeysMismatch, advice?: string) {
    const shapes = mismatched.map(
      ({ name, expected, got }) => `${name} (expected [${expected}], got [${got}])`,
    );
    const received = [
      ...list('missing', missing),
      ...list('unexpected', unexpected),
      ...list('of another shape', shapes),
    ].join('; ');
    const fault: Fault = { where, expected: "the model's tensors", received };
    super('CHECKPOINT_KEYS_MISMATCH', advice ? { ...fault, advice } : fault);
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

/** The message names this many tensors of each kind. */
const NAMES_SHOWN = 8;

function list(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : '';
  return [`${names.length} ${what}: ${names.slice(0, NAMES_SHOWN).join(', ')}${more}`];
}
