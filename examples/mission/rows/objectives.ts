import { pixelTarget, reconstructionLoss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import type { Row } from '../row.js';
import { belowBaseline, shortRun } from '../short-run.js';

export const objectiveRows: readonly Row[] = [
  {
    name: 'MAE',
    part: 'objective',
    runs: 'pretrain, pixelTarget raw',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          masking: randomMasking({ ratio: 0.75 }),
          losses: [{ loss: reconstructionLoss({ target: pixelTarget({ normalise: false }) }), weight: 1 }],
        }),
        'reconstruction',
      ),
  },
];
