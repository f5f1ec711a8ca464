import {
  boxCoverage,
  captionPairs,
  captionRetrieval,
  classTexts,
  type Features,
  saliencyScores,
  zeroShot,
} from '@tgm/eval';
import { clipModelPatchTextEncoder } from '@tgm/models';
import { COLOUR_NAMES, FRAME_SIZE } from '../../moving-shapes/index.js';
import { figure } from '../figure.js';
import { aboveChance, featuresOf, labelsOf } from '../measured-clips.js';
import type { Row } from '../row.js';
import { MODEL, SIZE, STRIDE } from '../settings.js';
import type { World } from '../world.js';

const textEncoder = ({ clipModel, engine }: World) =>
  clipModelPatchTextEncoder({ ...clipModel, engine, variant: 'value' });

/** The sum over the patches of each test clip, in the space of the texts: the direction of their mean. */
async function videosOf(world: World): Promise<Features> {
  const encoder = textEncoder(world);
  const rows: Float32Array[] = [];
  for (const { frames } of world.testClips) {
    const { values, width } = await encoder.encodePatches({ frames, ...SIZE });
    const sum = new Float32Array(width);
    for (const [at, value] of values.entries()) sum[at % width]! += value;
    rows.push(sum);
  }
  return featuresOf(rows);
}

const captionsOf = ({ testClips }: World): Features =>
  featuresOf(testClips.map(({ textEmbedding }) => textEmbedding!));

/** Classifies the colour of the object by texts. */
async function colourByTexts(
  world: World,
  written: Omit<Parameters<typeof classTexts>[0], 'classes'>,
  combine: 'embeddings' | 'scores',
): Promise<string> {
  const { texts, textClasses } = classTexts({ classes: COLOUR_NAMES, ...written });
  const { testLabels, classes } = labelsOf(world, 'colour');
  const { outcome } = zeroShot({
    videos: await videosOf(world),
    labels: testLabels,
    texts: await textEncoder(world).encodeText(texts),
    ...{ textClasses, classes, combine },
  });
  return aboveChance('top-1', outcome, 100 / classes);
}

/** What is said of the colours, as a language model would write it. */
const described = (text: (colour: string) => readonly string[]) =>
  new Map(COLOUR_NAMES.map((colour) => [colour, text(colour)]));

/** What is compared with texts, by the tiny CLIP, which has learned from the same kind of captions. */
export const textProtocolRows: readonly Row[] = [
  {
    name: "CLIP's zero-shot",
    part: 'protocol',
    runs: 'classTexts with templates, zeroShot',
    run: (world) =>
      colourByTexts(world, { templates: ['a {} square', 'a {} circle', 'the {} ring'] }, 'embeddings'),
  },
  {
    name: 'CuPL',
    part: 'protocol',
    runs: 'classTexts with sentences, zeroShot',
    reading: 'the sentences are ours and not those of GPT-3',
    run: (world) =>
      colourByTexts(
        world,
        {
          descriptions: described((colour) => [
            `there is a ${colour} circle that moves to the left`,
            `this video shows a ${colour} cross`,
          ]),
        },
        'embeddings',
      ),
  },
  {
    name: 'Menon and Vondrick',
    part: 'protocol',
    runs: 'classTexts with descriptors, zeroShot by scores',
    reading: 'the descriptors are ours and not those of GPT-3',
    run: (world) =>
      colourByTexts(
        world,
        {
          form: 'descriptors',
          descriptions: described((colour) => [`a ${colour} square`, `a large ${colour} triangle`]),
        },
        'scores',
      ),
  },
  {
    name: 'CLIP4Clip',
    part: 'protocol',
    runs: 'captionRetrieval, both ways',
    reading: 'the mean of patches in place of its similarity of frames',
    async run(world) {
      const found = captionRetrieval({ videos: await videosOf(world), captions: captionsOf(world) });
      const { textToVideo, videoToText } = found;
      const there = aboveChance('text to video R@10', textToVideo.outcome, textToVideo.chance.at10, 'R@10');
      const back = aboveChance('video to text R@10', videoToText.outcome, videoToText.chance.at10, 'R@10');
      return `${there}; ${back}`;
    },
  },
  {
    name: 'Winoground',
    part: 'protocol',
    runs: 'captionPairs; clips of two colours',
    reading: 'the pairs are any two clips of other colours',
    async run(world) {
      const { testRows } = world;
      const pairs: number[] = [];
      for (const [at, { colour }] of testRows.entries()) {
        const other = testRows.findIndex((row, after) => after > at && row.colour !== colour);
        if (other > 0) pairs.push(at, other);
      }
      const of = ({ values, width }: Features): Features =>
        featuresOf(pairs.map((row) => values.subarray(row * width, (row + 1) * width)));
      const found = captionPairs({ videos: of(await videosOf(world)), captions: of(captionsOf(world)) });
      return aboveChance('group score', found.outcome, found.chance.group, 'group');
    },
  },
  {
    name: 'pointing game',
    part: 'protocol',
    runs: "boxCoverage, saliencyScores; the text's scores of tokens against boxes",
    async run(world) {
      const scale = MODEL.imageSize / FRAME_SIZE;
      const boxes = world.testRows.map((row) =>
        Array.from({ length: MODEL.numFrames }, (_, frame) => {
          const { x, y, width, height } = row.boxes[STRIDE * frame]!;
          return [{ x: scale * x, y: scale * y, width: scale * width, height: scale * height }];
        }),
      );
      const { patchSize, tubeletSize } = MODEL;
      const inside = boxCoverage({ boxes, ...SIZE, patchSize, tubeletSize });
      const saliency = featuresOf(world.testClips.map(({ cues }) => cues.tokenScores));
      const { pointing, auc, chance, outcome } = saliencyScores({ saliency, inside });
      aboveChance('AUC', outcome, 50, 'auc');
      return figure(
        `pointing ${pointing.toFixed(1)} %, chance ${chance.toFixed(1)} %; AUC ${auc.toFixed(1)} %, blind 50 %`,
        pointing > 2 * chance,
        'salient tokens that lie within the boxes',
      );
    },
  },
];
