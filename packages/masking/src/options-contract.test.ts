import { optionsContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as masking from './index.js';
import * as testing from './testing.js';

const {
  causalMasking,
  flowVisibility,
  mixedMasking,
  motionBinsMasking,
  motionCue,
  motionGuidedMasking,
  motionMagnitudeMasking,
  randomMasking,
  randomSliceMasking,
  seedVisibility,
  seededRandom,
  textCue,
  textGuidedMasking,
  tubeMasking,
  visibilityScores,
  windowMasking,
} = masking;

const grid = { slices: 2, rows: 2, columns: 2 };
const shape = { frameCount: 2, height: 4, width: 4, patchSize: 2 };
const flow = new Float32Array(2 * 16);
const textEmbedding = Float32Array.of(1, 0);
const patches = { values: new Float32Array(16).fill(1), frameCount: 2, rows: 2, columns: 2, width: 2 };
const attention = { values: new Float32Array(8), frameCount: 2, rows: 2, columns: 2 };
const motion = { vectors: new Float32Array(16), known: new Uint8Array(8), rows: 2, columns: 2, cell: 8 };
const half = { ratio: 0.5 };
const tube = tubeMasking(half);
const classes = Array.from({ length: 20 }, (_, clip) => clip % 2);
const masks = classes.map((clip) => tube.mask({ grid, random: seededRandom(clip), cues: {} }));

const checks = optionsContract({
  module: { ...masking, ...testing },
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    blockMasking: (extra) => masking.blockMasking({ ...half, ...extra }),
    multiBlockMasking: (extra) => masking.multiBlockMasking({ ...half, ...extra }),
    frameMasking: (extra) => masking.frameMasking({ ...half, ...extra }),
    runningCellMasking: (extra) => masking.runningCellMasking({ ...half, ...extra }),
    causalMasking: (extra) => causalMasking({ ...half, ...extra }),
    windowMasking: (extra) => windowMasking({ from: 0.5, to: 1, ...extra }),
    randomMasking: (extra) => randomMasking({ ...half, ...extra }),
    randomSliceMasking: (extra) => randomSliceMasking({ ...half, ...extra }),
    tubeMasking: (extra) => tubeMasking({ ...half, ...extra }),
    flowGuidedMasking: (extra) => masking.flowGuidedMasking({ ...half, ...extra }),
    predictionErrorCue: (extra) =>
      masking.predictionErrorCue({
        frames: new Uint8Array(2 * 16 * 16 * 3),
        field: motion,
        grid,
        width: 16,
        height: 16,
        framesPerStep: 1,
        ...extra,
      }),
    saliencyCue: (extra) =>
      masking.saliencyCue({
        motion: { vectors: new Float32Array(16), known: new Uint8Array(8) },
        error: new Float32Array(8),
        grid,
        ...extra,
      }),
    flowCue: (extra) => masking.flowCue(motion, grid, { width: 16, height: 16, framesPerStep: 2, ...extra }),
    motionBinsMasking: (extra) => motionBinsMasking({ ...half, ...extra }),
    motionGuidedMasking: (extra) => motionGuidedMasking({ ...half, ...extra }),
    motionMagnitudeMasking: (extra) => motionMagnitudeMasking({ ...half, ...extra }),
    textGuidedMasking: (extra) => textGuidedMasking({ ...half, ...extra }),
    twoRatioMasking: (extra) =>
      masking.twoRatioMasking({ salientShare: 0.5, salientRatio: 0.5, backgroundRatio: 0.5, ...extra }),
    attentionMasking: (extra) => masking.attentionMasking({ ...half, ...extra }),
    semanticMasking: (extra) => masking.semanticMasking({ ...half, epochs: 1, ...extra }),
    mixedMasking: (extra) => mixedMasking(tube, tube, { share: 0.5, ...extra }),
    motionCue: (extra) => motionCue(motion, grid, { width: 16, height: 16, framesPerSlice: 2, ...extra }),
    textCue: (extra) => textCue({ patches, textEmbedding, grid, ...extra }),
    attentionCue: (extra) => masking.attentionCue({ maps: attention, grid, ...extra }),
    partsCue: (extra) => masking.partsCue({ patches, grid, random: seededRandom(0), ...extra }),
    kMeans: (extra) =>
      masking.kMeans({
        points: textEmbedding,
        width: 1,
        clusters: 2,
        iterations: 1,
        unit: false,
        random: seededRandom(0),
        ...extra,
      }),
    seedVisibility: (extra) => seedVisibility({ ...shape, ...extra }, [0]),
    flowVisibility: (extra) => {
      const seed = new Float32Array(16);
      return flowVisibility({
        ...shape,
        seed,
        baseFrame: 0,
        backward: flow,
        forward: flow,
        fillHoles: true,
        ...extra,
      });
    },
    visibilityScores: (extra) => visibilityScores(flow, { ...shape, ...extra }, 2),
    maskingContract: (extra) => testing.maskingContract('tube', () => tube, extra),
    maskLeak: (extra) => testing.maskLeak({ masks, classes, random: seededRandom(0), ...extra }),
  },
});
for (const { name, run } of checks) it(name, run);
