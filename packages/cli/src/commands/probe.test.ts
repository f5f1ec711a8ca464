import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeEncoder } from '../testing/some-models.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';

const COLOURS = { blue: [30, 40, 210], green: [30, 180, 40], red: [200, 30, 30] } as const;

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });
const jsonOf = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-probe-'));
  await writeEncoder(file('run'));
  for (const [name, [red, green, blue]] of Object.entries(COLOURS))
    for (let copy = 0; copy < 6; copy++)
      await writeVideo(file(`train/${name}/${copy}.mp4`), 3, [
        red + 4 * copy,
        green + 4 * copy,
        blue + 4 * copy,
      ]);
  // No green: the reader numbers red as 1 here, and as 2 above.
  for (const name of ['blue', 'red'] as const)
    for (const copy of [1, 2])
      await writeVideo(
        file(`test/${name}/${copy}.mp4`),
        4,
        COLOURS[name].map((each) => each + 5 * copy) as never,
      );
});
afterAll(() => rm(folder, { recursive: true }));

const DATA = ['--source', 'train', '--classes', 'folders'];
const TEST = ['--validation.source', 'test', '--validation.classes', 'folders'];
const SETTINGS = ['--preset', 'probe-b-ssv2', '--laptop', '--attentive.attention-heads', '2'];

describe('tgm probe', { timeout: 120_000 }, () => {
  it('learns from one set and is tested on the other, by the names of the classes', async () => {
    const short = ['--attentive.epochs', '2', '--output', 'probed'];
    const { code, stdout, stderr } = await run(
      'probe',
      'run',
      ...SETTINGS,
      ...DATA,
      ...TEST,
      ...short,
      '--json',
    );
    expect(code, stderr).toBe(0);
    const { output, peakBytes: _, ...said } = JSON.parse(stdout);
    expect(output).toBe(file('probed'));
    expect(await jsonOf('probed/result.json')).toEqual(said);
    expect(said).toMatchObject({
      train: { data: 'train', videos: 18, leftOut: [] },
      test: { data: 'test', videos: 4, leftOut: [] },
      figures: { 'lbfgs/top1': { value: 100, from: 100, to: 100 }, 'knn/top1': { value: 100 } },
      chosen: {
        knn: { k: 18 },
        lbfgs: { l2AtEdge: expect.any(Boolean) },
        attentive: { rate: expect.any(Number) },
      },
    });
    for (const protocol of ['linear', 'attentive']) {
      const { value, from, to } = said.figures[`${protocol}/top1`];
      expect(value).toBeGreaterThanOrEqual(from);
      expect(value).toBeLessThanOrEqual(to);
    }
    expect(await readFile(file('probed/tgm.config.json'), 'utf8')).toContain('"segments"');

    // What was computed is kept, and the probes draw the same again.
    const again = await run('probe', 'run', ...SETTINGS, ...DATA, ...TEST, ...short);
    expect(again.stderr).not.toMatch(/train: |tokens of train: /);
    expect(again.stdout).toMatch(/run, learned from 18 videos, tested on 4$/m);
    expect((await jsonOf('probed/result.json')).figures).toEqual(said.figures);
  });

  it("learns from few examples, and tells it in mteb's form", async () => {
    const few = ['--protocols', 'few-shot', '--output', 'few'];
    const task = ['--mteb.task-name', 'Colours', '--mteb.dataset-revision', '1'];
    const { code, stderr } = await run('probe', 'run', ...SETTINGS, ...DATA, ...TEST, ...few, ...task);
    expect(code, stderr).toBe(0);
    const { figures } = await jsonOf('few/result.json');
    expect(Object.keys(figures)).toEqual(
      ['top1', 'top5', 'classMeanTop1', 'classMeanTop5'].map((name) => `few-shot/${name}`),
    );
    const { task_name, scores } = await jsonOf('few/Colours.json');
    expect(task_name).toBe('Colours');
    expect(100 * scores.test[0].accuracy).toBeCloseTo(figures['few-shot/top1'].value, 10);
  });

  it('refuses the folder of a run for its results', async () => {
    await mkdir(file('other'));
    await writeFile(file('other/events.jsonl'), '');
    const { code, stderr } = await run('probe', 'run', ...SETTINGS, ...DATA, ...TEST, '--output', 'other');
    expect(stderr).toMatch(/expected a folder of tgm probe alone.*got one with a run \(events\.jsonl\)/);
    expect(code).toBe(64);
    expect(await readdir(file('other'))).toEqual(['events.jsonl']);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ['no preset', [...DATA, ...TEST], /probe\.preset: expected the name of a preset/],
    ['no videos to test', [...SETTINGS, ...DATA], /validation\.source/],
    ['no labels', [...SETTINGS, '--source', 'train', ...TEST], /a label for each video/],
    [
      'heads that do not divide the width of a token',
      [...SETTINGS.slice(0, -1), '5', ...DATA, ...TEST],
      /probe\.attentive\.attentionHeads: expected a divisor of 24, .* got 5\. .*--attentive\.attention-heads/,
    ],
    [
      'a protocol that is not known',
      [...SETTINGS, ...DATA, ...TEST, '--protocols', 'knnn'],
      /--protocols: .*"knn"/,
    ],
    [
      'tokens of several views',
      [...SETTINGS, ...DATA, ...TEST, '--recipe.clips', '2'],
      /probe\.recipe: expected one view .*got 2 x 1\. --recipe\.clips 1/,
    ],
    [
      'mteb without few-shot',
      [...SETTINGS, ...DATA, ...TEST, '--mteb.task-name', 'A', '--mteb.dataset-revision', '1'],
      /the protocol few-shot/,
    ],
  ])('refuses %s with 64, before a feature is computed', async (_, args, message) => {
    const folders = ['--output', 'refused', '--features', 'untouched'];
    const { code, stderr } = await run('probe', 'run', ...args, ...folders);
    expect(existsSync(file('untouched'))).toBe(false);
    expect(stderr).toMatch(message);
    expect(code).toBe(64);
  });
});
