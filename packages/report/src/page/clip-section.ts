import { checkClip } from '../check-clip.js';
import type { ClipReport, MaskPicture, Reconstruction, ScoreMaps } from '../clip-report.js';
import { viridis } from '../pictures/colour-map.js';
import { firstFrames } from '../pictures/first-frames.js';
import { heatLayer, maskLayer, scoreRange } from '../pictures/patch-layers.js';
import { pngAddress } from '../pictures/png.js';
import { html, type Insertion, type Markup } from './markup.js';
import { numberText } from './number-text.js';

/** Pixels between the frames of a strip, as a share of a frame's width. */
const GAP = 0.06;

/** Stands beneath reconstructions. */
export const UNNORMALISED =
  'The model predicts pixels relative to the mean and deviation of their own patch. To show them, the mean and deviation of a masked patch are estimated from visible patches around it, never taken from its own pixels; so a hidden object shows as texture at best. Visible patches are the input.';

/** Pictures of one clip: its frames, its scores, and each mask with what was made from it: beneath it where there are several. */
export function clipSection(clip: ClipReport, number: number): Markup {
  checkClip(`page, clip ${clip.id}`, clip);
  const framesId = `clip-${number}-frames`;
  const frames = html`<g id="${framesId}">${frameImages(clip, clip.frames)}</g>`;
  const again = html`<use href="#${framesId}"/>`;
  const masks = clip.masks ?? [];
  const made = (strategy: string) => clip.reconstructions?.filter((one) => one.strategy === strategy) ?? [];
  const unmatched = clip.reconstructions?.filter(
    ({ strategy }) => !masks.some((mask) => mask.strategy === strategy),
  );
  return html`<article class="clip">
<h3>${clip.caption === undefined ? clip.id : html`“<bdi>${clip.caption}</bdi>”`}</h3>
${clip.caption === undefined ? undefined : html`<p class="id"><bdi>${clip.id}</bdi></p>`}
<div class="strips${clip.grid.slices > 4 ? ' wide' : ''}">
${strip(clip, 'frames', clip.boxes ? 'box: where the named object is' : undefined, [frames, boxes(clip)])}
${clip.scores?.map((maps) => scoreStrip(clip, maps, again))}
${masks.map(
  (mask) => html`<div class="mask">
${maskStrip(clip, mask, again)}
${masks.length > 1 ? made(mask.strategy).map((one) => reconstructionStrip(clip, one)) : undefined}
</div>`,
)}
${masks.length === 1 ? made(masks[0]!.strategy).map((one) => reconstructionStrip(clip, one)) : undefined}
${unmatched?.map((one) => reconstructionStrip(clip, one))}
</div></article>`;
}

function strip(clip: ClipReport, name: string, detail: Insertion, layers: Insertion): Markup {
  const { slices } = clip.grid;
  const width = clip.width * (slices + GAP * (slices - 1));
  return html`<figure class="strip"><figcaption><b>${name}</b> ${detail}</figcaption><svg viewBox="0 0 ${width} ${clip.height}" role="img" aria-label="${name} of ${clip.id}">${layers}</svg></figure>`;
}

function scoreStrip(clip: ClipReport, { name = 'match', values, label }: ScoreMaps, frames: Markup): Markup {
  const range = scoreRange(values);
  const patches = clip.grid.rows * clip.grid.columns;
  const heat = patchImages(clip, (slice) =>
    heatLayer(values.subarray(slice * patches, (slice + 1) * patches), range),
  );
  const ramp = Array.from({ length: 9 }, (_, i) => `rgb(${viridis(i / 8).join(' ')})`).join(',');
  const legend = html`<span class="ramp">${numberText(range.least)} <i style="background:linear-gradient(to right,${ramp})"></i> ${numberText(range.greatest)}</span>`;
  const layers = [html`<g class="faded">${frames}</g>`, heat, boxes(clip)];
  return strip(clip, name, html`${label} ${legend}`, layers);
}

function maskStrip(clip: ClipReport, mask: MaskPicture, frames: Markup): Markup {
  const { slices, rows, columns } = clip.grid;
  const total = slices * rows * columns;
  const share = `${Math.round((100 * mask.masked.length) / total)} % hidden`;
  const ofObject =
    mask.maskedShare === undefined ? '' : `, of the named object ${Math.round(100 * mask.maskedShare)} %`;
  const masked = patchImages(clip, (slice) => maskLayer(mask.masked, slice, rows * columns));
  return strip(clip, mask.strategy, `${share}${ofObject}`, [frames, masked, boxes(clip)]);
}

function reconstructionStrip(clip: ClipReport, { run, frames, strategy }: Reconstruction): Markup {
  return strip(
    clip,
    'completed',
    `by ${run}, from what the ${strategy} mask leaves`,
    frameImages(clip, frames),
  );
}

/** The first frame of each slice beside each other. */
function frameImages(clip: ClipReport, frames: Uint8Array): Markup[] {
  const { height, width } = clip;
  return firstFrames({ ...clip, frames }).map((pixels, slice) => {
    return html`<image x="${slice * width * (1 + GAP)}" width="${width}" height="${height}" href="${pngAddress(pixels, width, height, 3)}"/>`;
  });
}

/** A layer with one RGBA pixel for each patch, stretched over each frame. */
function patchImages(clip: ClipReport, layer: (slice: number) => Uint8Array): Markup[] {
  const { height, width } = clip;
  const { slices, rows, columns } = clip.grid;
  return Array.from(
    { length: slices },
    (_, slice) =>
      html`<image x="${slice * width * (1 + GAP)}" width="${width}" height="${height}" preserveAspectRatio="none" href="${pngAddress(layer(slice), columns, rows, 4)}"/>`,
  );
}

/** Boxes as far as they lie inside their frame. */
function boxes(clip: ClipReport): Markup[] {
  return (clip.boxes ?? []).flatMap((box, slice) => {
    if (box === undefined) return [];
    const left = Math.max(0, box.x);
    const top = Math.max(0, box.y);
    const width = Math.min(clip.width, box.x + box.width) - left;
    const height = Math.min(clip.height, box.y + box.height) - top;
    if (width <= 0 || height <= 0) return [];
    const x = slice * clip.width * (1 + GAP) + left;
    return [html`<rect class="box" x="${x}" y="${top}" width="${width}" height="${height}"/>`];
  });
}
