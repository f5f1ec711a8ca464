/** What went wrong, stable across versions. */
export type ModelErrorCode =
  | 'CONFIG_INVALID'
  | 'INPUT_SHAPE'
  | 'PARAMETER_MISSING'
  | 'SAFETENSORS_INVALID'
  | 'CHECKPOINT_NOT_FOUND'
  | 'CHECKPOINT_PICKLED'
  | 'CHECKPOINT_KEYS_MISMATCH'
  | 'HUB_FAILED'
  | 'PACKAGE_MISSING'
  | 'CAPTIONER_FAILED';

/** The base of every error that this package throws on purpose. */
export class ModelError extends Error {
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A configuration that no model can have. */
export class ConfigError extends ModelError {
  readonly field: string;

  constructor(where: string, field: string, expected: string, got: unknown) {
    super('CONFIG_INVALID', `${where}: ${field} must be ${expected}, got ${show(got)}.`);
    this.field = field;
  }
}

/** A tensor or typed array of another size than the model takes. */
export class InputShapeError extends ModelError {
  readonly input: string;
  readonly expected: string;
  readonly got: string;

  constructor(where: string, input: string, expected: string, got: string) {
    super('INPUT_SHAPE', `${where}: ${input} must be ${expected}, got ${got}.`);
    this.input = input;
    this.expected = expected;
    this.got = got;
  }
}

/** A forward function was given parameters without one that it reads. */
export class ParameterMissingError extends ModelError {
  readonly parameter: string;

  constructor(parameter: string) {
    super('PARAMETER_MISSING', `The parameters have no tensor named ${show(parameter)}.`);
    this.parameter = parameter;
  }
}

/** Bytes that are not a safetensors file, or one that cannot be written. */
export class SafetensorsError extends ModelError {
  readonly file: string;

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super('SAFETENSORS_INVALID', `${file}: ${problem}.`, options);
    this.file = file;
  }
}

/** A file of a checkpoint folder that is not there. */
export class CheckpointNotFoundError extends ModelError {
  readonly path: string;

  constructor(path: string, options?: ErrorOptions) {
    super('CHECKPOINT_NOT_FOUND', `Expected a checkpoint file at ${path}, found none.`, options);
    this.path = path;
  }
}

/** Python for `python3 -c`: a checkpoint of weights and of its training's settings, to its weights alone. */
const CONVERSION = [
  'import argparse, sys, torch',
  'from safetensors.torch import save_file',
  'torch.serialization.add_safe_globals([argparse.Namespace])',
  'd = torch.load(sys.argv[1], map_location="cpu", weights_only=True)',
  'd = d.get("model", d.get("module", d))',
  'save_file({k: v.contiguous().clone() for k, v in d.items()}, sys.argv[2])',
].join('; ');

/** A file of PyTorch's own form. It is a program for Python, which nothing here runs; the message says how to convert it. */
export class PickleError extends ModelError {
  readonly path: string;

  constructor(path: string) {
    super(
      'CHECKPOINT_PICKLED',
      `Expected a safetensors file, got PyTorch's pickle at ${path}. Convert it once: python3 -c '${CONVERSION}' ` +
        `${path} model.safetensors`,
    );
    this.path = path;
  }
}

/** A tensor that is there, but not with the shape of the model. */
export interface ShapeMismatch {
  readonly name: string;
  readonly expected: readonly number[];
  readonly got: readonly number[];
}

/** The tensors of a file, or of a record of parameters, are not those of the model. */
export class CheckpointKeysError extends ModelError {
  readonly where: string;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly ShapeMismatch[];

  constructor(
    where: string,
    missing: readonly string[],
    unexpected: readonly string[],
    mismatched: readonly ShapeMismatch[],
  ) {
    const shapes = mismatched.map(
      ({ name, expected, got }) => `${name} (expected [${expected}], got [${got}])`,
    );
    super(
      'CHECKPOINT_KEYS_MISMATCH',
      `${where} does not hold the model's tensors: ${[
        ...list('missing', missing),
        ...list('unexpected', unexpected),
        ...list('of another shape', shapes),
      ].join('; ')}.`,
    );
    this.where = where;
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

/** The Hugging Face Hub does not give a model. */
export class HubError extends ModelError {
  readonly repo: string;
  readonly revision: string;

  constructor(repo: string, revision: string, problem: string, options?: ErrorOptions) {
    super('HUB_FAILED', `Could not fetch ${repo} at ${revision}: ${problem}.`, options);
    this.repo = repo;
    this.revision = revision;
  }
}

/** A package that only some need is not installed. */
export class PackageMissingError extends ModelError {
  readonly package: string;

  constructor(name: string, options?: ErrorOptions) {
    super('PACKAGE_MISSING', `This needs the package ${name}: npm install ${name}.`, options);
    this.package = name;
  }
}

/** A captioning model that does not open, or fails on a picture; `cause` is what the library said. */
export class CaptionerError extends ModelError {
  readonly model: string;
  readonly revision: string;

  constructor(model: string, revision: string, cause: unknown) {
    super('CAPTIONER_FAILED', `Captioner ${model} at ${revision}: ${cause}`, { cause });
    this.model = model;
    this.revision = revision;
  }
}

/** The message names this many tensors of each kind; the error's fields hold all of them. */
const NAMES_SHOWN = 8;

function list(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : '';
  return [`${names.length} ${what}: ${names.slice(0, NAMES_SHOWN).join(', ')}${more}`];
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}
