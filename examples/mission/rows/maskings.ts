import {
  type MaskingStrategy,
  seededRandom,
  type TokenMask,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import type { World } from '../world.js';
import type { Clip, Cues } from '../world-clips.js';

/** The mask of a clip under a strategy, the same each time. */
const maskOf = ({ grid }: World, strategy: MaskingStrategy<Cues>, clip: Clip): TokenMask =>
  strategy.mask({ grid, cues: clip.cues, random: seededRandom('mission', strategy.name, clip.id) });

/** Share of the named object's pixels that masks hide, over all clips, in per cent. */
function hiddenShare(world: World, strategy: MaskingStrategy<Cues>): number {
  let [hidden, all] = [0, 0];
  for (const clip of world.clips) {
    for (const share of clip.coverage) all += share;
    for (const token of maskOf(world, strategy, clip).masked) hidden += clip.coverage[token]!;
  }
  return (100 * hidden) / all;
}

const percent = (share: number): string => `${share.toFixed(0)} %`;

export const maskingRows: readonly Row[] = [
  {
    name: 'TGM text masks',
    part: 'masking',
    runs: 'textGuidedMasking 0.6, top and bottom',
    async run(world) {
      const [top, bottom] = (['top', 'bottom'] as const).map((select) =>
        hiddenShare(world, textGuidedMasking({ ratio: 0.6, select })),
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
      const { slices, rows, columns } = world.grid;
      const cells = rows * columns;
      const visible = Math.floor(cells * 0.1) + 1; // 64 - trunc(57.6)
      const whole = world.clips.every((clip) => {
        const mask = maskOf(world, tubeMasking({ ratio: 0.9 }), clip);
        const first = [...mask.visible.slice(0, visible)];
        return (
          mask.visible.length === slices * visible &&
          mask.visible.every((token, at) => token === first[at % visible]! + Math.floor(at / visible) * cells)
        );
      });
      return figure(
        `the same ${visible} of ${cells} cells shown in all ${slices} slices`,
        whole,
        'one tube a clip',
      );
    },
  },
];
