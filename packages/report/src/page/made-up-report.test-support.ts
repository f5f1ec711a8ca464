import { randomSliceMasking, seededRandom, type TokenMask, tubeMasking } from '@tgm/masking';
import type { ClipReport, MaskPicture } from '../clip-report.js';
import type { CurveSeries, Report } from '../report.js';

const GRID = { slices: 4, rows: 8, columns: 8 };
const SIDE = 64;
const PATCH = SIDE / GRID.rows;

/** A report with every part, of numbers and pictures that nothing measured: for the tests of the page. */
export function madeUpReport(): Report {
  return {
    title: 'Made-up report',
    summary: 'Every part of the page, filled with numbers and pictures that nothing measured.',
    started: '2030-01-02 03:04 UTC',
    seconds: 754,
    command: 'npm start -- --made-up',
    warnings: ['Two clips have no motion vectors; their motion cue is zero.'],
    settings: {
      seed: 1,
      model: { hiddenSize: 96, layers: 3, heads: 3, decoder: { hiddenSize: 48, layers: 1 } },
      optimizer: {
        learningRate: 0.0015,
        betas: [0.9, 0.95],
        weightDecay: 0.05,
        schedule: 'cosine, 5 % warm-up',
      },
      engine: 'onnx',
    },
    facts: { train: '2000 clips', test: '1000 clips', frames: '8 x 64 x 64', classes: 12, captioned: true },
    stages: [
      { name: 'render clips', seconds: 61 },
      { name: 'train the text-image model', seconds: 74 },
      { name: 'pre-train, random', seconds: 240 },
      { name: 'pre-train, text', seconds: 251 },
      { name: 'evaluate', seconds: 128 },
    ],
    scores: {
      columns: [
        { key: 'probe/top1', label: 'Linear probe', better: 'higher' },
        { key: 'probe/still', label: 'still', better: 'higher' },
        { key: 'probe/drift', label: 'drift', better: 'higher' },
        { key: 'knn/top1', label: 'k-NN', better: 'higher' },
        { key: 'textToVideo/R@1', label: 'R@1', better: 'higher' },
        { key: 'textToVideo/R@10', label: 'R@10', better: 'higher' },
        { key: 'textToVideo/medianRank', label: 'Median rank', better: 'lower' },
        { key: 'nobody', label: 'Not measured', better: 'higher' },
      ],
      rows: [
        {
          name: 'untrained',
          numbers: { 'probe/top1': 17.4, 'probe/still': 20, 'probe/drift': 17.7, 'knn/top1': 9.4 },
        },
        {
          name: 'pixels only',
          note: '4 x 8 x 8',
          numbers: { 'probe/top1': 26.3, 'probe/still': 24.6, 'probe/drift': 23.1, 'knn/top1': 18.5 },
        },
        {
          name: 'random',
          note: 'contrastive',
          numbers: {
            'probe/top1': 52.2,
            'probe/still': 61,
            'probe/drift': 50.5,
            'knn/top1': 44,
            'textToVideo/R@1': 4.1,
            'textToVideo/R@10': 28.9,
            'textToVideo/medianRank': 28,
          },
        },
        {
          name: 'text',
          numbers: {
            'probe/top1': 13.7,
            'probe/still': 15,
            'probe/drift': 14,
            'knn/top1': 12,
            'textToVideo/R@1': 0.4,
            'textToVideo/R@10': 2.2,
            'textToVideo/medianRank': 310.5,
          },
        },
      ],
      compareWith: 'untrained',
      expected: 'random 50-55, text 11-16; pixels 23-27, untrained 15-22.',
      notes: ['One standard error on 1,000 test clips is 1.0 to 1.6 points; chance is 8.3 %.'],
    },
    plots: [
      {
        title: 'Reconstruction (MSE of normalised pixels)',
        note: 'The line leaves 1 once the model predicts more than every patch’s mean.',
        series: [curve('random', 1.15, 0.62, 0.03), curve('text', 1.12, 0.81, 0.03)],
        references: [{ label: 'predicting the mean', value: 1 }],
        smooth: true,
      },
      {
        title: 'Contrastive (InfoNCE)',
        series: [curve('random', 3.6, 1.2, 0.15), curve('text', 3.6, 3.3, 0.1)],
        references: [{ label: 'chance, ln 32', value: Math.log(32) }],
        smooth: true,
      },
      { title: 'Learning rate', series: [warmUpCosine()], smooth: false },
    ],
    studies: [
      {
        title: 'A study',
        lead: 'A question with its chart, its table and a clip.',
        plot: {
          title: 'Reconstruction alone',
          series: [curve('alone', 1.2, 0.3, 0.03)],
          references: [{ label: 'predicting the mean', value: 0.99 }],
          smooth: true,
        },
        table: {
          columns: ['what is said', 'error'],
          rows: [{ name: 'the mean', cells: ['0.990'] }],
        },
        clips: [{ ...clip(2, 'a clip of the study'), masks: clip(2, '').masks!.slice(0, 1) }],
      },
    ],
    clips: [
      clip(0, 'a red square <moves> to the right & "stops"'),
      clip(1, 'the blue square stays where it is'),
    ],
    skipped: [{ file: 'clips/<img src=x onerror=alert(1)>.mp4', reason: 'moov atom not found' }],
  };
}

function curve(name: string, from: number, to: number, noise: number): CurveSeries {
  const random = seededRandom('curve', name, from);
  const points = Array.from({ length: 900 }, (_, step) => ({
    step,
    value: to + (from - to) * Math.exp(-step / 250) + noise * (random() + random() - 1),
  }));
  return { name, points };
}

function warmUpCosine(): CurveSeries {
  const points = Array.from({ length: 900 }, (_, step) => ({
    step,
    value: 0.0015 * Math.min(step / 45, 0.5 + 0.5 * Math.cos((Math.PI * step) / 900)),
  }));
  return { name: 'both runs', points };
}

/** A square that moves two patches a slice, or not at all. */
function clip(number: number, caption: string): ClipReport {
  const random = seededRandom('clip', number);
  const frames = new Uint8Array(GRID.slices * SIDE * SIDE * 3);
  const scores = new Float32Array(GRID.slices * GRID.rows * GRID.columns);
  const boxes = Array.from({ length: GRID.slices }, (_, slice) => ({
    x: 8 + (number === 0 ? 2 * PATCH * slice : PATCH * 2),
    y: 22,
    width: 18,
    height: 18,
  }));
  const inside = (slice: number, x: number, y: number) => {
    const box = boxes[slice]!;
    return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
  };
  let i = 0;
  for (let slice = 0; slice < GRID.slices; slice++) {
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++, i += 3) {
        const shade = 90 + 50 * Math.sin((x + 20 * number) / 17) * Math.cos(y / 13);
        frames.set(
          inside(slice, x, y)
            ? number === 0
              ? [220, 50, 40]
              : [40, 80, 220]
            : [shade, shade + 12, shade + 4],
          i,
        );
      }
    }
  }
  const onObject: number[] = [];
  for (let token = 0; token < scores.length; token++) {
    const [slice, row, column] = [Math.floor(token / 64), Math.floor(token / 8) % 8, token % 8];
    const on = inside(slice, column * PATCH + PATCH / 2, row * PATCH + PATCH / 2);
    if (on) onObject.push(token);
    scores[token] = (on ? 0.31 : 0.12) + 0.06 * random();
  }
  const request = { grid: GRID, random, cues: {} };
  const masks = [
    picture('random', randomSliceMasking({ ratio: 0.75 }).mask(request), onObject),
    picture('tube', tubeMasking({ ratio: 0.75 }).mask(request), onObject),
    picture('text', byScore(scores), onObject),
  ];
  const completed = frames.map((value, at) => {
    const token =
      Math.floor(at / (SIDE * SIDE * 3)) * 64 +
      Math.floor((Math.floor(at / 3 / SIDE) % SIDE) / PATCH) * 8 +
      Math.floor((Math.floor(at / 3) % SIDE) / PATCH);
    return masks[0]!.masked.includes(token) ? Math.min(255, 60 + value / 2 + 20 * random()) : value;
  });
  return {
    id: `clip-${number}`,
    caption,
    height: SIDE,
    width: SIDE,
    grid: GRID,
    frames,
    boxes,
    scores: [{ values: scores, label: 'cosine with the caption' }],
    masks,
    reconstructions: [{ run: 'random', strategy: 'random', frames: completed }],
  };
}

/** The best 48 of each slice. */
function byScore(scores: Float32Array): Pick<TokenMask, 'masked'> {
  const slices = Array.from({ length: GRID.slices }, (_, slice) =>
    Array.from({ length: 64 }, (_, patch) => slice * 64 + patch)
      .sort((a, b) => scores[b]! - scores[a]!)
      .slice(0, 48),
  );
  return { masked: Uint32Array.from(slices.flat()).sort() };
}

function picture(
  strategy: string,
  { masked }: Pick<TokenMask, 'masked'>,
  onObject: readonly number[],
): MaskPicture {
  const maskedOfObject = onObject.filter((token) => masked.includes(token)).length;
  return { strategy, masked, maskedShare: maskedOfObject / onObject.length };
}
