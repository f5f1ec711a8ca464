import {
  blockMasking,
  causalMasking,
  frameMasking,
  multiBlockMasking,
  randomMasking,
  runningCellMasking,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import { figure } from '../figure.js';
import {
  hiddenShare,
  maskedInSlices,
  maskedNeighbours,
  maskOf,
  masksOf,
  mean,
  percent,
  visibleCells,
} from '../mask-measures.js';
import type { Row } from '../row.js';

/** Masks that look at nothing, and the one that looks at the caption. */
export const maskingRows: readonly Row[] = [
  {
    name: 'TGM text masks',
    part: 'masking',
    runs: 'textGuidedMasking 0.6, top and bottom',
    async run(world) {
      const [top, bottom] = (['top', 'bottom'] as const).map((select) =>
        hiddenShare(
          world,
          world.clips,
          textGuidedMasking({ ratio: 0.6, select }),
          ({ coverage }) => coverage,
        ),
      ) as [number, number];
      return figure(
        `hides ${percent(top)} of the named object, bottom-k ${percent(bottom)}, chance 59 %`,
        top > 85 && bottom < 20,
        'most of the object under top, little under bottom',
      );
    },
  },
  {
    name: 'VideoMAE tube masks',
    part: 'masking',
    runs: 'tubeMasking 0.9',
    async run(world) {
      const masks = masksOf(world, tubeMasking({ ratio: 0.9 }));
      const { slices, rows, columns } = world.grid;
      const shown = rows * columns - Math.trunc(rows * columns * 0.9);
      const tubes = masks.every((mask) => {
        const cells = visibleCells(mask).map(String);
        return cells.every((each) => each === cells[0]) && mask.visible.length === slices * shown;
      });
      const text = `the same ${shown} of ${rows * columns} cells shown in all ${slices} slices, in all clips`;
      return figure(text, tubes, 'one tube a clip');
    },
  },
  {
    name: 'ST-MAE random masks',
    part: 'masking',
    runs: 'randomMasking 0.9',
    async run(world) {
      const masks = masksOf(world, randomMasking({ ratio: 0.9 }));
      const hidden = Math.floor(world.grid.slices * world.grid.rows * world.grid.columns * 0.9);
      const counts = masks.flatMap(maskedInSlices);
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      return figure(
        `${hidden} of 256 tokens hidden, in a slice ${least} to ${most}, mean ${mean(counts).toFixed(1)}`,
        masks.every(({ masked }) => masked.length === hidden) && least < 54 && most > 60,
        'one count a clip, other ones in each slice',
      );
    },
  },
  {
    name: 'frame masks',
    part: 'masking',
    runs: "frameMasking 0.75, VideoMAE's ablation",
    async run(world) {
      const counts = masksOf(world, frameMasking({ ratio: 0.75 })).map(maskedInSlices);
      const whole = counts.every((each) => each.toSorted((a, b) => a - b).join() === '0,64,64,64');
      const drawn = new Set(counts.map((each) => each.indexOf(0))).size;
      return figure(
        `3 of 4 slices hidden whole, ${drawn} different ones shown`,
        whole && drawn === 4,
        'whole slices',
      );
    },
  },
  {
    name: 'BEiT block masks',
    part: 'masking',
    runs: 'blockMasking 0.4',
    reading: 'blocks reach through the clip, and the rim of their union is brought to the exact count',
    async run(world) {
      const blocks = maskedNeighbours(masksOf(world, blockMasking({ ratio: 0.4 })));
      const random = maskedNeighbours(masksOf(world, randomMasking({ ratio: 0.4 })));
      return figure(
        `beside a hidden token ${percent(blocks)} are hidden, under random masks ${percent(random)}`,
        blocks > 65 && Math.abs(random - 40) < 3,
        'neighbours that are hidden together',
      );
    },
  },
  {
    name: 'V-JEPA multi-block masks',
    part: 'masking',
    runs: 'multiBlockMasking 0.75',
    reading: 'one kind of block a clip where V-JEPA predicts both; the count is exact',
    async run(world) {
      const masks = masksOf(world, multiBlockMasking({ ratio: 0.75 }));
      const blocks = maskedNeighbours(masks);
      return figure(
        `192 of 256 hidden; beside a hidden token ${percent(blocks)}, by chance 75 %`,
        masks.every(({ masked }) => masked.length === 192) && blocks > 82,
        'neighbours that are hidden together',
      );
    },
  },
  {
    name: 'causal masks',
    part: 'masking',
    runs: 'causalMasking 0.5, the context of CPC and iGPT',
    async run(world) {
      const counts = masksOf(world, causalMasking({ ratio: 0.5 })).map((mask) => maskedInSlices(mask).join());
      const found = counts.every((each) => each === '0,0,64,64');
      return figure('the first 2 of 4 slices shown, the others hidden', found, '0,0,64,64 hidden');
    },
  },
  {
    name: 'VideoMAE V2 running cells',
    part: 'masking',
    runs: 'runningCellMasking 0.5 of the decoder',
    async run(world) {
      // In a ring of four cells, two at a time: in four slices each cell is masked twice.
      const even = masksOf(world, runningCellMasking({ ratio: 0.5 })).every((mask) => {
        const times = new Array<number>(64).fill(0);
        for (const token of mask.masked) times[token % 64]! += 1;
        return times.every((each) => each === 2) && maskedInSlices(mask).every((each) => each === 32);
      });
      return figure('each cell hidden in exactly 2 of 4 slices, 32 cells a slice', even, 'every cell twice');
    },
  },
  {
    name: 'repeatable draws',
    part: 'masking',
    runs: 'seededRandom; randomMasking, tubeMasking, blockMasking',
    async run(world) {
      const [clip, other] = world.clips as [(typeof world.clips)[0], (typeof world.clips)[0]];
      const strategies = [
        randomMasking({ ratio: 0.9 }),
        tubeMasking({ ratio: 0.9 }),
        blockMasking({ ratio: 0.4 }),
      ];
      const same = strategies.every((strategy) => {
        const [once, again, else_] = [clip, clip, other].map((each) =>
          String(maskOf(world, strategy, each).masked),
        );
        return once === again && once !== else_;
      });
      return figure(
        'the same clip has the same mask, another clip another one',
        same,
        'masks named by the clip',
      );
    },
  },
];
