/**
 * All masks of one clip side by side.
 *
 *   npx tsx examples/all-masks/main.ts
 *   npx tsx examples/all-masks/main.ts --video dog.mp4 --caption "a dog runs" --ratio 0.75
 *
 * Takes a clip of Moving Shapes, or of a video, decodes it with its motion vectors, lets the CLIP look at it, and draws the mask of
 * every strategy that learns nothing. Writes `report.html`, one page that needs nothing else, and `all-masks.png`, and prints
 * the strategies in the order of the picture.
 */
import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { printable, readCommandLine, runProgram, say } from '@tgm/cli/program';
import { number, optional, text, wholeNumber } from '@tgm/options';
import { type ClipReport, drawMasks, pictureFile, writePage } from '@tgm/report';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { GRID } from '../moving-shapes/clip-shape.js';
import { masksOf } from './masks-of.js';
import { movingShape, readClip } from './read-clip.js';
import { percentHidden, shareText } from './share-text.js';

const ROOT = resolve(import.meta.dirname, '../..');

const USAGE = `npx tsx examples/all-masks/main.ts

  --seed <n>            of the clip of Moving Shapes; default 3
  --video <file>        a clip of this video in its place
  --caption <text>      what the video shows; without it the masks that follow a caption are left out
  --clip-model <folder> the CLIP that looks at it; default the tiny one, which knows Moving Shapes only
  --ratio <r>           share that is hidden; default 0.6
  --out <folder>        default runs/all-masks in the repository
  --help`;

const WHY_OTHER_SHARES =
  'A mask hides whole tokens. So some cannot hide the ratio exactly: those that count in each slice, that hide whole slices (frame), ' +
  'one to three cells of each 2 x 2 (running-cell), or that round what they show (flow).';

await runProgram(async () => {
  const options = readCommandLine(
    {
      program: 'all-masks',
      fields: {
        seed: optional(wholeNumber(), 3),
        video: optional(text()),
        caption: optional(text()),
        'clip-model': optional(text(), TINY_CLIP_FOLDER),
        ratio: optional(number({ from: 0.25, below: 1 }), 0.6),
        out: optional(text(), join(ROOT, 'runs/all-masks')),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { seed, video, caption, ratio, 'clip-model': clipModel } = options;
  const began = performance.now();
  const started = new Date();
  const engine = await onnxEngine();
  const clip = await (video === undefined
    ? movingShape(seed, clipModel, engine)
    : readClip(
        { id: video, source: resolve(video), captions: caption === undefined ? [] : [caption] },
        clipModel,
        engine,
      )
  ).finally(() => engine.dispose());

  const { tokenScores, attention } = clip.cues;
  const masks = masksOf(clip, ratio);
  const total = GRID.slices * GRID.rows * GRID.columns;
  const withoutCaption = 'The video has no --caption: the masks that follow one are left out.';
  const picture: ClipReport = {
    id: clip.id,
    ...(clip.caption !== undefined && { caption: clip.caption }),
    height: clip.height,
    width: clip.width,
    grid: GRID,
    frames: clip.frames,
    scores: [
      ...(tokenScores ? [{ name: 'match', values: tokenScores, label: 'cosine with the caption' }] : []),
      { name: 'attention', values: attention, label: 'of the class token' },
    ],
    masks,
  };
  const seconds = (performance.now() - began) / 1000;
  const sheet = drawMasks({ ...picture, scores: [] }, { across: 3 });
  const path = await writePage(join(resolve(options.out), 'report.html'), {
    title: 'All masks of one clip',
    summary: `Every strategy of @tgm/masking that learns nothing, at the ratio ${ratio}. What is grey is hidden. ${WHY_OTHER_SHARES}${clip.caption === undefined ? ` ${withoutCaption}` : ''}`,
    started: started.toISOString().replace('T', ' ').slice(0, 16),
    seconds,
    command: `npx tsx examples/all-masks/main.ts ${process.argv.slice(2).map(printable).join(' ')}`,
    facts: {
      clip: clip.id,
      size: `${clip.width} x ${clip.height} pixels, 8 frames in 4 slices of 8 x 8 tokens`,
      'share hidden': shareText(masks, total),
      'all-masks.png, three across from left to right': ['the clip', ...sheet.names.slice(1)].join('; '),
    },
    settings: { ratio, seed },
    stages: [{ name: 'all', seconds }],
    clips: [picture],
  });
  const image = join(resolve(options.out), 'all-masks.png');
  await writeFile(image, pictureFile(sheet));
  for (const mask of masks) say(`${mask.strategy}: ${percentHidden(mask, total)} % hidden`);
  say(WHY_OTHER_SHARES);
  if (clip.caption === undefined) say(withoutCaption);
  say(`page: ${relative(process.cwd(), path)}`);
  say(`picture, the clip first, then these from left to right: ${relative(process.cwd(), image)}`);
});
