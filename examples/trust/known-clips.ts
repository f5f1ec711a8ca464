import type { TokenGrid } from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { FRAMES, FRAMES_A_SLICE, GRID, SIZE } from '../moving-shapes/clip-shape.js';
import {
  type Box,
  FRAME_SIZE,
  renderScene,
  STILL_ACTIONS,
  sceneOf,
  secondBody,
  tokenCoverage,
} from '../moving-shapes/index.js';
import { decodeTestClips, type MovingClip } from './decode-clips.js';
import { type ScoredClip, scoreTestClips } from './score-clips.js';
import { type Wording, wordingsOf } from './wordings.js';

/** A decoded clip with its ground truth and all that masks may read about it. */
export interface KnownClip extends MovingClip, Omit<ScoredClip, 'shuffled'> {
  readonly grid: TokenGrid;
  /** [tokens] share of each token that the named object covers, in [0, 1]. */
  readonly coverage: Float32Array;
  /** [tokens] the same of what shows of the smaller shape that `pair` and `second` name. */
  readonly secondCoverage: Float32Array;
  /** The smaller shape has the named object's colour. */
  readonly sameColour: boolean;
  /** [slices] of the named object in the first frame of each slice, in pixels of `frames`. */
  readonly boxes: readonly Box[];
  /** The named object stays where it is. */
  readonly still: boolean;
  /** The camera moves. */
  readonly drift: boolean;
  readonly wordings: Readonly<Record<Wording, string>>;
}

export interface KnownClipsOptions {
  /** Folder of made data sets. */
  readonly data: string;
  readonly seed: number;
  readonly clips: number;
  readonly workers: number;
  readonly engine: Engine;
  /** Folder of the CLIP that scores. */
  readonly clipModel: string;
  readonly signal: AbortSignal;
}

/** Clips of Moving Shapes: written as H.264 files, decoded with their motion vectors, and scored against captions. */
export async function knownClips(options: KnownClipsOptions): Promise<KnownClip[]> {
  const decoded = await decodeTestClips(options);
  const scenes = decoded.map((_, index) => sceneOf({ seed: options.seed, split: 'test', index }));
  const wordings = scenes.map(wordingsOf);
  const scored = await scoreTestClips(options, decoded, wordings);
  return decoded.map((clip, index): KnownClip => {
    const scene = scenes[index]!;
    const { coverage, secondCoverage, boxes } = renderScene(scene, FRAMES);
    const { shuffled, ...says } = scored[index]!;
    return {
      ...clip,
      ...says,
      grid: GRID,
      coverage: tokenCoverage(coverage, FRAMES_A_SLICE),
      secondCoverage: tokenCoverage(secondCoverage, FRAMES_A_SLICE),
      sameColour: secondBody(scene).colour === scene.object.colour,
      boxes: boxes.filter((_, frame) => frame % FRAMES_A_SLICE === 0).map(inClip),
      still: STILL_ACTIONS.has(scene.action),
      drift: scene.drift !== null,
      wordings: { ...wordings[index]!, shuffled },
    };
  });
}

const SCALE = SIZE.width / FRAME_SIZE;
const inClip = ({ x, y, width, height }: Box): Box => ({
  x: x * SCALE,
  y: y * SCALE,
  width: width * SCALE,
  height: height * SCALE,
});
