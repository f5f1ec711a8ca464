import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captionsOf } from './caption.js';
import { type CaptionKind, LEVELS, type Level } from './level.js';
import { type Box, renderScene } from './render.js';
import { sceneOf } from './scene.js';
import { type Action, type ClipKey, type Colour, type Shape, STILL_ACTIONS, type Tone } from './world.js';

/** One line of a manifest: what a video data set needs, and what evaluation wants to know besides. */
export interface ClipRow {
  /** `<split>/<five digits>`. */
  readonly id: string;
  /** Relative to the manifest. */
  readonly path: string;
  readonly captions: readonly string[];
  /** Position of `action` in the level's actions. */
  readonly label: number;
  readonly action: Action;
  readonly colour: Colour;
  readonly shape: Shape;
  readonly tone: Tone;
  /** The camera moves. */
  readonly drift: boolean;
  /** The named object stays where it is. */
  readonly still: boolean;
  /** [16] box of the named object in each frame of 128 x 128 pixels. */
  readonly boxes: readonly Box[];
}

export const clipName = (key: ClipKey): string => `${key.split}/${String(key.index).padStart(5, '0')}`;

/** Which manifest of a data set holds a split with such captions. */
export function manifestPath(folder: string, split: string, captions: CaptionKind = 'object'): string {
  return join(folder, captions === 'object' ? `${split}.jsonl` : `${split}.${captions}.jsonl`);
}

/** Pixels of one clip, and its line in the manifest for each kind of captions that the level has. */
export function drawClip(
  key: ClipKey,
  level: Level = LEVELS.actions,
): {
  readonly frames: Uint8Array;
  readonly rows: Readonly<Partial<Record<CaptionKind, ClipRow>>>;
} {
  const scene = sceneOf(key, level);
  const { frames, boxes } = renderScene(scene);
  const captions = captionsOf(scene);
  const rowWith = (kind: CaptionKind): ClipRow => ({
    id: clipName(key),
    path: `${clipName(key)}.mp4`,
    captions: captions[kind],
    label: level.actions.indexOf(scene.action),
    action: scene.action,
    colour: scene.object.colour,
    shape: scene.object.shape,
    tone: scene.tone,
    drift: scene.drift !== null,
    still: STILL_ACTIONS.has(scene.action),
    boxes,
  });
  return { frames, rows: Object.fromEntries(level.captions.map((each) => [each, rowWith(each)])) };
}

/** The lines of one manifest with all their fields, in order. */
export async function readRows(
  folder: string,
  split: string,
  captions: CaptionKind = 'object',
): Promise<ClipRow[]> {
  const text = await readFile(manifestPath(folder, split, captions), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as ClipRow]));
}
