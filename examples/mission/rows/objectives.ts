import { contrastiveLoss, pixelTarget, reconstructionLoss } from '@tgm/losses';
import {
  randomMasking,
  randomSliceMasking,
  runningCellMasking,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import { captionTokenLoss, shuffled, wordTokenizer } from '@tgm/train';
import { imageTextRun } from '../image-text-run.js';
import type { Row } from '../row.js';
import { belowBaseline, byHeart, fewClips, shortRun } from '../short-run.js';
import { memory } from '../world-clips.js';

/** Raw pixels have losses of some hundredths, contrast of ones. */
const RAW_WEIGHT = 10;
const JOINT_STEPS = 60;

const raw = () => reconstructionLoss({ target: pixelTarget({ normalise: false }) });

/** What is learned of masked clips, alone or with their captions. */
export const objectiveRows: readonly Row[] = [
  {
    name: 'MAE',
    part: 'objective',
    runs: 'pretrain, randomMasking 0.75, raw pixels',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          masking: randomMasking({ ratio: 0.75 }),
          losses: [{ loss: raw(), weight: 1 }],
        }),
        'reconstruction',
      ),
  },
  {
    name: 'VideoMAE',
    part: 'objective',
    runs: 'pretrain, tubeMasking 0.9, each channel normalised',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          ...byHeart,
          examples: shuffled(memory(fewClips(world))),
          masking: tubeMasking({ ratio: 0.9 }),
          losses: [{ loss: reconstructionLoss(), weight: 1 }],
        }),
        'reconstruction',
      ),
  },
  {
    name: 'ST-MAE',
    part: 'objective',
    runs: 'pretrain, randomMasking 0.9, channels normalised jointly',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          ...byHeart,
          examples: shuffled(memory(fewClips(world))),
          masking: randomMasking({ ratio: 0.9 }),
          losses: [{ loss: reconstructionLoss({ target: pixelTarget({ normalise: 'joint' }) }), weight: 1 }],
        }),
        'reconstruction',
      ),
  },
  {
    name: 'VideoMAE V2 dual masking',
    part: 'objective',
    runs: 'pretrain, tubeMasking 0.9, decoderMasking runningCellMasking 0.5',
    run: async (world) =>
      belowBaseline(
        await shortRun(world, {
          masking: tubeMasking({ ratio: 0.9 }),
          decoderMasking: runningCellMasking({ ratio: 0.5 }),
          losses: [{ loss: raw(), weight: 1 }],
        }),
        'reconstruction',
      ),
  },
  {
    name: 'TGM joint objective',
    part: 'objective',
    runs: 'pretrain, textGuidedMasking 0.6, pixels and contrast of one view',
    async run(world) {
      const run = await shortRun(world, {
        steps: JOINT_STEPS,
        masking: textGuidedMasking({ ratio: 0.6 }),
        losses: [
          { loss: raw(), weight: RAW_WEIGHT },
          { loss: contrastiveLoss(), weight: 1 },
        ],
      });
      return `${belowBaseline(run, 'reconstruction')}; ${belowBaseline(run, 'contrastive')}`;
    },
  },
  {
    name: 'TGM without a leak',
    part: 'objective',
    runs: 'pretrain, random masks, decoderMasking textGuidedMasking 1/3, pixels and contrast',
    reading: 'ours: the caption guides the decoder alone, so that contrast cannot read it off the mask',
    async run(world) {
      const run = await shortRun(world, {
        steps: JOINT_STEPS,
        masking: randomSliceMasking({ ratio: 0.75 }),
        decoderMasking: textGuidedMasking({ ratio: 1 / 3 }),
        losses: [
          { loss: raw(), weight: RAW_WEIGHT },
          { loss: contrastiveLoss(), weight: 1 },
        ],
      });
      return `${belowBaseline(run, 'reconstruction')}; ${belowBaseline(run, 'contrastive')}`;
    },
  },
  {
    name: 'InternVideo',
    part: 'objective',
    runs: 'pretrain, tubeMasking 0.75, pixels, contrast of a second view',
    reading:
      'generative and discriminative terms train one encoder; there two encoders are joined by cross-attention',
    async run(world) {
      const run = await shortRun(world, {
        steps: JOINT_STEPS,
        masking: tubeMasking({ ratio: 0.75 }),
        views: { contrast: { masking: randomMasking({ ratio: 0.5 }) } },
        losses: [
          { loss: raw(), weight: RAW_WEIGHT },
          { loss: contrastiveLoss({ view: 'contrast' }), weight: 1 },
        ],
      });
      return `${belowBaseline(run, 'reconstruction')}; ${belowBaseline(run, 'contrastive')}`;
    },
  },
  {
    name: 'M3AE',
    part: 'objective',
    runs: 'pretrain, captionTokenLoss, three quarters of the words hidden',
    reading: 'words meet the video in the decoder; there one encoder reads both',
    async run(world) {
      const tokenizer = wordTokenizer(world.clips.map(({ caption }) => caption!));
      const run = await shortRun(world, {
        steps: 120,
        masking: randomMasking({ ratio: 0.75 }),
        losses: [{ loss: captionTokenLoss({ tokenizer, length: 12, width: 48, heads: 2 }), weight: 1 }],
      });
      return belowBaseline(run, 'captionTokens');
    },
  },
  {
    name: 'CLIP',
    part: 'objective',
    runs: 'clipModelObjective, both towers from scratch',
    run: async (world) => belowBaseline(await imageTextRun(world, 0), 'image'),
  },
  {
    name: 'FLIP',
    part: 'objective',
    runs: 'clipModelObjective, half of the patches dropped',
    run: async (world) => belowBaseline(await imageTextRun(world, 0.5), 'image'),
  },
];
