import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { datasetOf, type OpenedDataset } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laptop } from '../presets/laptop.js';
import { PRESETS } from '../presets/presets.js';
import { openTeacher } from '../teacher/open-teacher.js';
import { writeClassifier, writeJointRun } from '../testing/some-models.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';
import { evaluateModel } from './evaluate-model.js';
import { probeModel } from './probe-model.js';

const COLOURS = [
  [200, 30, 30],
  [30, 180, 40],
  [30, 40, 210],
] as const;

let folder: string;
const file = (name: string): string => join(folder, name);

/** Videos of three colours: the colour is the noun, and greens have a verb of their own. */
function labelled(classes: { verb: string[]; noun: string[] }): OpenedDataset {
  const samples = COLOURS.flatMap((_, colour) =>
    [0, 1].map((copy) => {
      const [verb, noun] = [colour === 1 ? 'stay' : 'go', ['red', 'green', 'blue'][colour]!];
      return {
        id: `${noun} ${copy}`,
        source: file(`${colour}-${copy}.mp4`),
        captions: [],
        label: { verb: classes.verb.indexOf(verb), noun: classes.noun.indexOf(noun) },
      };
    }),
  );
  return datasetOf('several', samples, classes);
}

const CLASSES = { verb: ['go', 'stay'], noun: ['red', 'green', 'blue'] };
const OTHERWISE = { verb: ['stay', 'go'], noun: ['blue', 'red', 'green'] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-several-'));
  for (const [colour, rgb] of COLOURS.entries())
    for (const copy of [0, 1])
      await writeVideo(file(`${colour}-${copy}.mp4`), 3, rgb.map((each) => each + 5 * copy) as never);
  const engine = await onnxEngine({ threads: 1 });
  const { encoder, dispose } = await openTeacher({}, engine);
  const colours = {
    'a red square': COLOURS[0],
    'a green square': COLOURS[1],
    'a blue square': COLOURS[2],
  };
  await writeJointRun({ folder: file('run'), engine, encoder, colours, steps: 60 });
  await dispose();
  await engine.dispose();
  await writeClassifier(file('tuned'), OTHERWISE);
});
afterAll(() => rm(folder, { recursive: true }));

describe('videos with several labels', { timeout: 60_000 }, () => {
  it('are probed kind by kind and together, by the names of the classes', async () => {
    const { figures, chosen } = await probeModel(labelled(CLASSES), labelled(OTHERWISE), {
      model: file('run'),
      features: file('features'),
      settings: laptop(PRESETS['probe-b-epic-kitchens']),
      protocols: ['lbfgs', 'knn'],
      knn: { k: 1 },
    });
    const top1 = Object.entries(figures).filter(([name]) => name.endsWith('/top1'));
    expect(Object.fromEntries(top1.map(([name, { value }]) => [name, value]))).toEqual({
      'lbfgs/verb/top1': 100,
      'lbfgs/noun/top1': 100,
      'lbfgs/all/top1': 100,
      'knn/verb/top1': 100,
      'knn/noun/top1': 100,
    });
    expect(Object.keys(chosen)).toEqual(['lbfgs/verb', 'lbfgs/noun', 'knn/verb', 'knn/noun']);
  });

  it('are told by a classifier and by texts, kind by kind', async () => {
    const told = await evaluateModel(labelled(CLASSES), { model: file('tuned') });
    expect(Object.keys(told.figures)).toEqual(expect.arrayContaining(['verb/top1', 'noun/top1', 'all/top1']));
    for (const { id, told: each } of told.predictions!) {
      expect(each.noun!.label).toBe(id.split(' ')[0]);
      expect(each.verb!.label).toBe(id.startsWith('green') ? 'stay' : 'go');
    }
    const texts = await evaluateModel(labelled(CLASSES), {
      model: file('run'),
      features: file('features'),
      templates: ['a {} square'],
    });
    expect(texts.figures['zeroShot/noun/top1']!.value).toBe(100);
    expect(texts.figures['zeroShot/verb/top1']).toBeDefined();
  });
});
