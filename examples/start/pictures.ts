import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import type { ClipReport, PixelBox } from '@tgm/report';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { hiddenShare } from '../moving-shapes/index.js';
import { completer } from './complete.js';
import { demoMasks } from './demo-masks.js';
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
  const strategies = demoMasks(ratio);
  const complete = completer(engine, model);
  const params = new Map(trained.map(({ name, result }) => [name, paramsOf(result.weights)]));
  const reports: ClipReport[] = [];
  for (const clip of clips) {
    const caption = clip.captions[0]!;
    const boxes = boxesOf(clip, set);
    const coverage = boxes && set.objects?.coverage(clip.sample.id);
    const masks = Object.values(strategies).map((strategy) => {
      const random = seededRandom(seed, 'picture', clip.id, strategy.name);
      return strategy.mask({ grid, random, cues: { tokenScores: caption.tokenScores, motion: clip.motion } });
    });
    const strategyNames = Object.keys(strategies);
    const reconstructions = [];
    for (const { name, mask: strategy, reconstructs } of trained) {
      if (!reconstructs) continue; // its decoder learned nothing
      const mask = masks[strategyNames.indexOf(strategy)]!;
      const frames = await complete(params.get(name)!, clip.frames, mask);
      reconstructions.push({ run: name, strategy, frames });
    }
    reports.push({
      id: clip.id,
      caption: caption.caption,
      height: clip.height,
      width: clip.width,
      grid,
      frames: clip.frames,
      ...(boxes ? { boxes } : {}),
      scores: [{ values: caption.tokenScores, label: 'cosine with the caption' }],
      masks: masks.map((mask, index) => ({
        strategy: strategyNames[index]!,
        masked: mask.masked,
        ...(coverage ? { maskedShare: hiddenShare(mask, coverage)?.tokens } : {}),
      })),
      reconstructions,
    });
  }
  tf.dispose([...params.values()]);
  return reports;
}

/** [slices] the named object's box in the first frame of each slice, in the model's pixels. */
function boxesOf(clip: CaptionedClip, set: VideoSet): PixelBox[] | undefined {
  const boxes = set.objects?.boxes(clip.sample.id);
  if (!boxes || boxes.length === 0) return undefined;
  const scale = MODEL.imageSize / set.objects!.frameSize;
  const start = Math.floor((boxes.length - ((MODEL.numFrames - 1) * set.stride + 1)) / 2);
  return Array.from({ length: MODEL.numFrames / MODEL.tubeletSize }, (_, slice) => {
    const { x, y, width, height } = boxes[start + slice * MODEL.tubeletSize * set.stride]!;
    return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
  });
}
