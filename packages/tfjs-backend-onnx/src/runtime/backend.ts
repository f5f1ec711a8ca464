import * as tf from '@tensorflow/tfjs';
import { readTooEarly } from '../errors.js';
import { activeTrace } from '../graph/record.js';
import type { Value } from '../graph/value.js';
import { materialise } from './materialise.js';
import type { SessionOptions } from './session.js';
import { readNow, uploaded } from './transfer.js';

export const BACKEND_NAME = 'onnx';

interface Entry {
  readonly value: Value;
  references: number;
}

/** The TensorFlow.js side: which value each tensor stands for. It computes nothing. */
export class OnnxBackend extends tf.KernelBackend {
  readonly #entries = new tf.DataStorage<Entry>(this, tf.engine());

  constructor(
    /** How values that were recorded outside of any compiled function are computed. */
    readonly options: SessionOptions,
  ) {
    super();
  }

  /** Makes a tensor's data container that stands for a value. */
  bind(value: Value): tf.TensorInfo {
    const dataId = {};
    this.#set(dataId, value, 1);
    return { dataId, shape: [...value.shape], dtype: value.type as tf.DataType };
  }

  value(tensor: tf.TensorInfo): Value {
    const { value } = this.#entries.get(tensor.dataId);
    // A lazily recorded graph may keep what it reads for longer than the tensor lives.
    if (value.source.kind === 'held' && activeTrace() === 0) value.source.held.share();
    return value;
  }

  /** The value, for a caller that retains what it needs of it. */
  peek(tensor: tf.TensorInfo): Value {
    return this.#entries.get(tensor.dataId).value;
  }

  owns(tensor: tf.TensorInfo): boolean {
    return this.#entries.has(tensor.dataId);
  }

  #set(dataId: tf.DataId, value: Value, references: number): void {
    if (value.source.kind === 'held') value.source.held.retain();
    this.#entries.set(dataId, { value, references });
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    this.#set(dataId, uploaded(values, shape, dtype), references);
  }

  /**
   * Recorded values of variables. They are computed at the next read of anything: a training loop reads its loss alone,
   * and what its variables stand for would grow by a step with each step, and be computed from the start each time.
   */
  #variables(): Value[] {
    return Object.values(tf.engine().registeredVariables).flatMap(({ dataId }) =>
      this.#entries.has(dataId) ? [this.#entries.get(dataId).value] : [],
    );
  }

  override async read(dataId: tf.DataId): Promise<tf.BackendValues> {
    if (activeTrace() !== 0) throw readTooEarly(true);
    const { value } = this.#entries.get(dataId);
    await materialise([value, ...this.#variables()], this.options);
    if (value.source.kind === 'held') await value.source.held.onCpu();
    return readNow(value);
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    const { value } = this.#entries.get(dataId);
    if (value.source.kind === 'constant' || value.source.kind === 'uniform' || value.source.kind === 'held') {
      return readNow(value);
    }
    throw readTooEarly(activeTrace() !== 0);
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.#entries.has(dataId)) return true;
    const entry = this.#entries.get(dataId);
    entry.references--;
    if (!force && entry.references > 0) return false;
    if (entry.value.source.kind === 'held') entry.value.source.held.release();
    this.#entries.delete(dataId);
    return true;
  }

  override incRef(dataId: tf.DataId): void {
    this.#entries.get(dataId).references++;
  }

  override refCount(dataId: tf.DataId): number {
    return this.#entries.has(dataId) ? this.#entries.get(dataId).references : 0;
  }

  override numDataIds(): number {
    return this.#entries.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7; // TensorFlow.js's epsilon of every 32-bit backend
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}
