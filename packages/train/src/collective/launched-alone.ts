import { TrainError } from '../errors.js';
import type { Collective } from './collective.js';
import { launchedBy } from './launcher.js';
import { singleProcess } from './single-process.js';

/**
 * This process, alone.
 *
 * @throws TrainError `LAUNCHER_DISAGREES` where a launcher started several: each would train the same by itself.
 */
export function launchedAlone(where: string): Collective {
  const launched = launchedBy(process.env);
  if ((launched?.size?.value ?? 1) > 1) {
    const { by, size } = launched!;
    throw new TrainError('LAUNCHER_DISAGREES', {
      where,
      expected: `the ${size!.value} processes that ${by} started, as ${size!.variable} says`,
      received: 'none',
      advice:
        'Pass "collective: await mpiProcesses()", or "collective: singleProcess()" where each is to train by itself.',
    });
  }
  return singleProcess();
}
