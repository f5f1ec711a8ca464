import { explain } from '@tgm/cli/program';
import type { Row } from './row.js';
import type { World } from './world.js';

/** What came of a row: its figure, or why there is none. */
export interface RowResult extends Omit<Row, 'run'> {
  readonly seconds: number;
  readonly figure?: string;
  readonly error?: string;
}

/** Runs rows one after another; a row that fails does not keep the others from running. */
export async function* runRows(rows: readonly Row[], world: World): AsyncGenerator<RowResult> {
  for (const { run, ...row } of rows) {
    world.signal.throwIfAborted();
    const begun = performance.now();
    const result = await run(world).then(
      (figure) => ({ figure }),
      (error) => ({ error: explain(error) }),
    );
    world.signal.throwIfAborted();
    yield { ...row, ...result, seconds: (performance.now() - begun) / 1000 };
  }
}
