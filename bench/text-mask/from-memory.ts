import { seededRandom, tokenCount } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import { type CaptionedClip, clipExamples } from '@tgm/train';
import type { TextMaskCase } from './cases.js';

/** Clips of noise, twice as many as a batch, with three scored captions each, as the paper has them. */
export function fromMemory({ batch, config }: TextMaskCase, model: VideoMae) {
  const tokens = tokenCount(model.grid);
  const random = seededRandom('bench');
  const { numFrames, imageSize } = config;
  const clips = Array.from({ length: 2 * batch }, (_, clip): CaptionedClip => {
    const id = `${clip}`;
    return {
      id,
      sample: { id, source: id, captions: [] },
      frames: new Uint8Array(numFrames * imageSize * imageSize * 3).map(() => 256 * random()),
      frameCount: numFrames,
      height: imageSize,
      width: imageSize,
      motion: { vectors: new Float32Array(2 * tokens), known: new Uint8Array(tokens) },
      captions: Array.from({ length: 3 }, (_, caption) => ({
        caption: `caption ${caption} of ${clip}`,
        embedding: Float32Array.of(1, caption),
        tokenScores: new Float32Array(tokens).map(random),
      })),
    };
  });
  return clipExamples(clips);
}
