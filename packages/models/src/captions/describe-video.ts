import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { isArrayOf } from '../option-fields.js';
import type { CaptionRecord } from './caption-records.js';
import type { Captioner, CaptionFrame } from './captioner.js';

/** A frame to describe, and its number in the video. */
export interface KeyFrame {
  readonly frame: number;
  readonly picture: CaptionFrame;
}

/**
 * The captions of a video's key frames, without those that repeat.
 * @throws ModelError with `OPTION_INVALID` when there is no key frame or one is none, `CAPTIONER_FAILED` for a caption without
 *   words; what the captioner throws.
 */
export async function describeVideo(
  id: string,
  keyFrames: readonly KeyFrame[],
  captioner: Captioner,
): Promise<Pick<CaptionRecord, 'captions' | 'frameIndices'>> {
  requireKeyFrames(id, keyFrames);
  const frameIndices: number[] = [];
  const captions: string[] = [];
  for (const { frame, picture } of keyFrames) {
    const caption: unknown = await captioner.caption(picture, { id, frame });
    if (typeof caption !== 'string' || caption.trim() === '') {
      throw new ModelError('CAPTIONER_FAILED', {
        where: `${captioner.model} at ${captioner.revision}, video ${showValue(id)}, frame ${frame}`,
        expected: 'a caption of some words',
        received: showValue(caption),
      });
    }
    if (captions.some((other) => other.toLowerCase() === caption.toLowerCase())) continue;
    captions.push(caption);
    frameIndices.push(frame);
  }
  return { captions, frameIndices };
}

function requireKeyFrames(id: string, keyFrames: unknown): asserts keyFrames is readonly KeyFrame[] {
  if (Array.isArray(keyFrames) && keyFrames.length > 0 && keyFrames.every(isKeyFrame)) return;
  throw new ModelError('OPTION_INVALID', {
    where: `captionVideos, keyFrames of ${showValue(id)}`,
    expected: 'at least one { frame, picture: { pixels, height, width } }',
    received: showValue(keyFrames),
  });
}

function isKeyFrame(value: unknown): value is KeyFrame {
  const { frame, picture } = (value ?? {}) as Partial<KeyFrame>;
  const { pixels, height, width } = (picture ?? {}) as Partial<CaptionFrame>;
  return (
    Number.isSafeInteger(frame) &&
    frame! >= 0 &&
    isArrayOf(pixels, 'Uint8Array') &&
    [height, width].every((side) => Number.isSafeInteger(side) && side! >= 1)
  );
}
