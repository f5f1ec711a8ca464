import { seededRandom } from '@tgm/masking';
import type { ClipReport, MaskPicture, ScoreMaps } from '@tgm/report';
import { hiddenShare } from '../moving-shapes/index.js';
import type { KnownClip } from './known-clips.js';
import { cuesOf, type MaskEntry } from './mask-rows.js';
import { VARIANTS } from './score-clips.js';

/** One clip of each kind: object and camera move or rest. */
export function picturedClips(clips: readonly KnownClip[]): KnownClip[] {
  return [false, true].flatMap((still) =>
    [false, true].flatMap(
      (drift) => clips.find((clip) => clip.still === still && clip.drift === drift) ?? [],
    ),
  );
}

/** A clip with the heat maps of each kind of patch features and of a wrong caption, and with masks. */
export function pictureOf(clip: KnownClip, entries: readonly MaskEntry[], ratio: number): ClipReport {
  const { grid, height, width, scores, wordings } = clip;
  const maps = VARIANTS.map(
    (variant): ScoreMaps => ({
      name: variant,
      values: scores[variant].own,
      label: 'cosine with the caption',
    }),
  );
  const wrong = {
    name: 'value, wrong caption',
    values: scores.value.wrong,
    label: `cosine with “${wordings.wrong}”`,
  };
  const masks = entries.map((entry): MaskPicture => {
    const random = seededRandom('trust', 'picture', clip.id, entry.name);
    const mask = entry.masking(ratio).mask({ grid, random, cues: cuesOf(clip, entry) });
    const maskedShare = hiddenShare(mask, clip.coverage)?.tokens;
    return {
      strategy: entry.name,
      masked: mask.masked,
      ...(maskedShare !== undefined && { maskedShare }),
    };
  });
  return {
    id: clip.id,
    caption: wordings.own,
    height,
    width,
    grid,
    frames: clip.frames,
    boxes: clip.boxes,
    scores: [...maps, wrong],
    masks,
  };
}
