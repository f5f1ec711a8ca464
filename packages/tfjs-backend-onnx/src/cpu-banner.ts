import * as tf from '@tensorflow/tfjs';

/**
 * At the first use of its cpu backend in Node, TensorFlow.js prints an advertisement for another backend, which nobody who
 * has chosen an engine needs. The backend remembers by a field whether it is used for the first time; nothing else that
 * TensorFlow.js prints depends on it.
 */
export function withoutBanner(): void {
  const cpu = tf.engine().findBackend('cpu') as { firstUse?: boolean } | null;
  if (cpu?.firstUse) cpu.firstUse = false;
}
