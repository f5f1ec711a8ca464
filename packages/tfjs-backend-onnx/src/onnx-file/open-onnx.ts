import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { optional, optionTable, text, wholeNumber } from '@tgm/options';
import type * as ort from 'onnxruntime-node';
import { EngineError, onnxFileFailed, unreadableFile } from '../errors.js';
import { MOST_THREADS } from '../options.js';
import { loadOnnxRuntime, onnxRuntime } from '../runtime/onnx-runtime.js';
import { fromTensor, type OnnxArray, toTensor } from './onnx-array.js';

export interface OnnxFileOptions {
  /** Threads that one operator may use, 1-1024; ONNX Runtime's own choice (the physical cores) when left out. */
  readonly threads?: number | undefined;
}

/** What a file says of an input or output. */
export interface OnnxValue {
  readonly name: string;
  /** As ONNX Runtime names it: `float32`, `int64`. */
  readonly type: string;
  /** A length, or the name of one that is free. */
  readonly shape: readonly (number | string)[];
}

/** A model of somebody's in an .onnx file, ready to run on the CPU. */
export interface OnnxFile {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /**
   * @param inputs all of the file's, by name.
   * @param outputs which are computed; by default all of the file's.
   * @throws EngineError `OPTION_INVALID` for names that the file has not, `ONNX_RUNTIME` where it does not run
   */
  run(
    inputs: Readonly<Record<string, OnnxArray>>,
    outputs?: readonly string[],
  ): Promise<Record<string, OnnxArray>>;
  /** Frees the model. */
  close(): Promise<void>;
}

const pathArgument = optionTable('openOnnx', { path: text() }, EngineError);
const options = optionTable(
  'openOnnx',
  { threads: optional(wholeNumber({ from: 1, to: MOST_THREADS })) } satisfies Record<
    keyof OnnxFileOptions,
    unknown
  >,
  EngineError,
);

/**
 * Opens an .onnx file that Python or `exportOnnx` wrote.
 *
 * @throws EngineError `OPTION_INVALID`; `FILE_FAILED` where the file cannot be read; `ONNX_RUNTIME` where it is no model that ONNX
 *   Runtime loads; `ENGINE_UNAVAILABLE` and `ONNX_SECOND_COPY` as `onnxEngine`
 */
export async function openOnnx(path: string, given: OnnxFileOptions = {}): Promise<OnnxFile> {
  pathArgument.check({ path });
  const { threads } = options.check(given);
  await loadOnnxRuntime();
  await access(path, constants.R_OK).catch((cause: Error) => {
    throw unreadableFile(path, cause);
  });
  const session = await onnxRuntime()
    .InferenceSession.create(path, {
      logSeverityLevel: 3,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
    })
    .catch((cause: unknown) => {
      throw onnxFileFailed(path, 'load', cause);
    });
  const inputs = valuesOf(session.inputMetadata);
  const outputs = valuesOf(session.outputMetadata);
  return {
    inputs,
    outputs,
    async run(feeds, wanted = outputs.map(({ name }) => name)) {
      requireNames(path, 'inputs', Object.keys(feeds ?? {}), inputs, true);
      requireNames(path, 'outputs', wanted, outputs, false);
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, array]) => [name, toTensor(array, `${path}, input ${name}`)]),
      );
      const results = await session.run(tensors, [...wanted]).catch((cause: unknown) => {
        throw onnxFileFailed(path, 'run', cause);
      });
      return Object.fromEntries(
        wanted.map((name) => [name, fromTensor(results[name]!, `${path}, output ${name}`)]),
      );
    },
    close: () => session.release(),
  };
}

const valuesOf = (metadata: readonly ort.InferenceSession.ValueMetadata[]): OnnxValue[] =>
  metadata.map((value) =>
    value.isTensor
      ? { name: value.name, type: value.type, shape: value.shape }
      : { name: value.name, type: 'no tensor', shape: [] },
  );

/** @param all whether every one of the file's has to be there. */
function requireNames(
  path: string,
  what: 'inputs' | 'outputs',
  given: readonly string[],
  there: readonly OnnxValue[],
  all: boolean,
): void {
  const names = there.map(({ name }) => name);
  if (given.every((name) => names.includes(name)) && (!all || names.every((name) => given.includes(name))))
    return;
  throw new EngineError('OPTION_INVALID', {
    where: `${path}, ${what}`,
    expected: `${all ? 'all' : 'some'} of ${names.join(', ')}`,
    received: given.join(', ') || 'none',
  });
}
