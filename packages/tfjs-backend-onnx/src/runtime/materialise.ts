import type { Value } from '../graph/value.js';
import { buildExecutable } from './executable.js';
import type { SessionOptions } from './session.js';

/** Computes recorded values, all in one graph, and lets each stand for its result from then on. */
export async function materialise(values: readonly Value[], options: SessionOptions): Promise<void> {
  const pending = [...new Set(values)].filter((value) => value.source.kind === 'node');
  if (pending.length === 0) return;
  const executable = await buildExecutable(pending, options, 'cpu');
  try {
    const results = await executable.run([]);
    for (const [index, value] of pending.entries()) {
      const held = results[index]!;
      held.share();
      value.source = { kind: 'held', held };
    }
  } finally {
    await executable.release();
  }
}
