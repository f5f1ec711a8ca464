import type { FlowCues, MotionCues, TextCues, TokenGrid } from '@tgm/masking';
import { type ClipModelCheckpoint, clipModelPatchTextEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  type ExampleSource,
  embedCaptions,
  inOrder,
  type TrainingExample,
  textCues,
  videoExamples,
} from '@tgm/train';
import type { VideoDataset, VideoPool } from '@tgm/video-io';
import { renderScene, sceneOf, tokenCoverage } from '../moving-shapes/index.js';
import { MODEL, SEED, STRIDE, wholeVideo } from './settings.js';

/** What masks may read of every clip. */
export type Cues = TextCues & MotionCues & FlowCues;

/** A decoded clip with its caption, the caption's embedding, its cues, and the ground truth. */
export interface Clip<Known extends object = Cues> extends TrainingExample<Known> {
  /** [tokens] share of each token that the named object covers, in [0, 1]. */
  readonly coverage: Float32Array;
}

interface Reading {
  readonly pool: VideoPool;
  readonly engine: Engine;
  readonly clipModel: ClipModelCheckpoint;
  readonly grid: TokenGrid;
  readonly signal: AbortSignal;
}

/** Decodes a clip of each video of a split, once, with its motion by the codec's vectors, and scores its tokens by CLIP. */
export async function readClips(dataset: VideoDataset, split: string, reading: Reading): Promise<Clip[]> {
  const { pool, engine, clipModel, grid, signal } = reading;
  const encoder = clipModelPatchTextEncoder({ ...clipModel, engine, variant: 'value' });
  const samples = await Promise.all(Array.from({ length: dataset.length }, (_, index) => dataset.at(index)));
  const texts = await embedCaptions(
    encoder,
    samples.flatMap(({ captions }) => captions),
  );
  const source = videoExamples({
    ...{ dataset, pool, texts, recipe: wholeVideo() },
    motion: grid,
    flow: { grid },
    cues: textCues({ encoder, grid }),
  });
  const clips: Clip[] = [];
  for await (const example of inOrder(source)) {
    signal.throwIfAborted();
    clips.push({ ...example, coverage: coverageOf(split, clips.length) });
  }
  return clips;
}

/** Numbers of a clip's frames in its video. */
const FRAMES = Array.from({ length: MODEL.numFrames }, (_, frame) => STRIDE * frame);

/** Where the renderer put the object that the caption names. */
const coverageOf = (split: string, index: number): Float32Array =>
  tokenCoverage(renderScene(sceneOf({ seed: SEED, split, index }), FRAMES).coverage, MODEL.tubeletSize);

/** Clips in memory as training examples. */
export function memory<Known extends object>(clips: readonly Clip<Known>[]): ExampleSource<Known> {
  return {
    length: clips.length,
    textWidth: clips[0]!.textEmbedding!.length,
    id: (index) => clips[index]!.id,
    describe: () => ({ is: 'clips in memory', ids: clips.map(({ id }) => id) }),
    load: async (index) => {
      const { coverage: _known, ...example } = clips[index]!;
      return [example];
    },
  };
}
