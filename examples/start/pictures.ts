import * as tf from '@tensorflow/tfjs';
import {
  type MaskingStrategy,
  motionGuidedMasking,
  randomSliceMasking,
  seededRandom,
  type TokenGrid,
  type TokenMask,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import { frameTokens, type VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { firstFrames, reconstruct } from '../report/reconstruct.js';
import type { ClipReport, PixelBox } from '../report/report-data.js';
import type { DemoCues } from './arms.js';
import type { Trained } from './evaluate.js';
import { MODEL } from './settings.js';
import type { VideoSet } from './source.js';
import { paramsOf } from './weights.js';

export interface PictureOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly clips: readonly CaptionedClip[];
  readonly trained: readonly Trained[];
  readonly set: VideoSet;
  readonly ratio: number;
  readonly seed: number;
}

/** What the report shows of some clips: frames, scores, the four masks, and what each run makes of its own mask. */
export async function pictures(options: PictureOptions): Promise<ClipReport[]> {
  const { engine, model, clips, trained, set, ratio, seed } = options;
  const { grid } = model;
  const strategies: MaskingStrategy<DemoCues>[] = [
    randomSliceMasking({ ratio }),
    tubeMasking({ ratio }),
    motionGuidedMasking({ ratio }),
    textGuidedMasking({ ratio }),
  ];
  const predict = engine.compile(
    ({
      params,
      tokens,
      visible,
      masked,
    }: {
      params: Readonly<Record<string, tf.Tensor>>;
      tokens: tf.Tensor3D;
      visible: tf.Tensor2D;
      masked: tf.Tensor2D;
    }) => model.decode(params, model.encode(params, tokens, visible), visible, masked),
  );
  const params = new Map(trained.map(({ name, result }) => [name, paramsOf(result.weights)]));
  const reports: ClipReport[] = [];
  for (const clip of clips) {
    const caption = clip.captions[0]!;
    const boxes = boxesOf(clip, set);
    const covered = boxes && coveredTokens(boxes, grid);
    const masks = strategies.map((strategy) => {
      const random = seededRandom(seed, 'picture', clip.id, strategy.name);
      return strategy.mask({ grid, random, cues: { tokenScores: caption.tokenScores, motion: clip.motion } });
    });
    const strategyNames = ['random', 'tube', 'motion', 'text'];
    const reconstructions = [];
    for (const { name, mask: strategy, reconstructs } of trained) {
      if (!reconstructs) continue; // its decoder learned nothing
      const mask = masks[strategyNames.indexOf(strategy)]!;
      const inputs = pictureInputs(model, clip, mask);
      const predicted = await predict({ params: params.get(name)!, ...inputs });
      const prediction = await predicted.data<'float32'>();
      tf.dispose([predicted, inputs.tokens, inputs.visible, inputs.masked]);
      const frames = reconstruct({ frames: clip.frames, mask, prediction, config: model.config });
      reconstructions.push({ run: name, strategy, frames: firstFrames(frames, model.config) });
    }
    reports.push({
      id: clip.id,
      caption: caption.caption,
      height: clip.height,
      width: clip.width,
      ...grid,
      frames: firstFrames(clip.frames, model.config),
      ...(boxes ? { boxes } : {}),
      scores: [{ values: caption.tokenScores, label: 'cosine with the caption' }],
      masks: masks.map((mask, index) => ({
        strategy: strategyNames[index]!,
        masked: mask.masked,
        ...(covered ? { maskedShare: maskedShare(mask, covered) } : {}),
      })),
      reconstructions,
    });
  }
  tf.dispose([...params.values()]);
  return reports;
}

function pictureInputs(model: VideoMae, clip: CaptionedClip, mask: TokenMask) {
  const tokens = frameTokens(clip.frames, model.config, mask.visible, model.pixels);
  return {
    tokens: tf.tensor3d(tokens, [1, mask.visible.length, model.tokenSize]),
    visible: tf.tensor2d(Int32Array.from(mask.visible), [1, mask.visible.length], 'int32'),
    masked: tf.tensor2d(Int32Array.from(mask.masked), [1, mask.masked.length], 'int32'),
  };
}

/** [slices] the named object's box in the first frame of each slice, in the model's pixels. */
function boxesOf(clip: CaptionedClip, set: VideoSet): PixelBox[] | undefined {
  const boxes = set.boxes?.of(clip.sample.id);
  if (!boxes || boxes.length === 0) return undefined;
  const scale = MODEL.imageSize / set.boxes!.frameSize;
  const start = Math.floor((boxes.length - ((MODEL.numFrames - 1) * set.stride + 1)) / 2);
  return Array.from({ length: MODEL.numFrames / MODEL.tubeletSize }, (_, slice) => {
    const { x, y, width, height } = boxes[start + slice * MODEL.tubeletSize * set.stride]!;
    return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
  });
}

/** Tokens whose centre lies in the box of their slice. */
function coveredTokens(boxes: readonly PixelBox[], { rows, columns }: TokenGrid): Set<number> {
  const side = MODEL.patchSize;
  const covered = new Set<number>();
  for (const [slice, box] of boxes.entries()) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = [(column + 0.5) * side, (row + 0.5) * side];
        if (x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height) {
          covered.add((slice * rows + row) * columns + column);
        }
      }
    }
  }
  return covered;
}

function maskedShare(mask: TokenMask, covered: ReadonlySet<number>): number {
  return mask.masked.reduce((count, token) => count + (covered.has(token) ? 1 : 0), 0) / covered.size;
}
