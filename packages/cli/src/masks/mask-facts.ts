import { basename } from 'node:path';
import type { MaskedClip } from './clip-masks.js';

/** Percent of the tokens that each mask hides, by its name. */
export function hiddenPercent({ clip: { grid, masks = [] } }: MaskedClip): Record<string, number> {
  const tokens = grid.slices * grid.rows * grid.columns;
  return Object.fromEntries(
    masks.map(({ strategy, masked }) => [strategy, Math.round((100 * masked.length) / tokens)]),
  );
}

/** What a person wants to know of a picture of masks. */
export function maskFacts(masked: MaskedClip): Record<string, string> {
  const { clip, indices, times, videoFrames, repeated, withoutCaption, motion, teacher } = masked;
  const { grid, width, height, caption, scores = [] } = clip;
  const [first, last] = [indices[0]!, indices.at(-1)!];
  const seconds = `${times[0]!.toFixed(1)} to ${times.at(-1)!.toFixed(1)} s`;
  const ranges = scores.map(({ name, values }) => {
    const [least, greatest] = [Math.min, Math.max].map((of) => values.reduce((one, other) => of(one, other)));
    return [name === 'attention' ? name : 'match', `${least!.toFixed(3)} to ${greatest!.toFixed(3)}`];
  });
  return {
    clip: `${indices.length} frames from ${first} to ${last} of ${videoFrames} of ${basename(clip.id)}, ${seconds}`,
    ...(repeated > 0 && { repeated: `${repeated} of the frames: the video has no more for this clip` }),
    tokens: `${width} x ${height} pixels in ${grid.slices} x ${grid.rows} x ${grid.columns}`,
    ...(caption !== undefined && { caption: `"${caption}"` }),
    ...Object.fromEntries(ranges),
    hidden: Object.entries(hiddenPercent(masked))
      .map(([name, percent]) => `${name} ${percent} %`)
      .join(', '),
    ...(motion && {
      motion:
        motion === 'codec'
          ? "the codec's vectors"
          : 'matched blocks of the frames: the codec tells no vectors',
    }),
    ...(teacher && { teacher: teacher.says }),
    ...(withoutCaption.length > 0 && {
      'left out': `${withoutCaption.join(', ')}: they follow a caption, and there is none`,
    }),
  };
}
