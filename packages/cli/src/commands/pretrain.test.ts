import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { readEvents, writeScores } from '@tgm/train';
import { videoPool } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../data/open-dataset.js';
import { openTeacher } from '../teacher/open-teacher.js';
import { writeMovingSquares } from '../testing/moving-squares.test-support.js';
import { type Ended, runTgm } from '../testing/run-tgm.test-support.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const tgm = (...args: string[]): Promise<Ended> => runTgm(args, { cwd: folder });

const STEPS = 12;
const LAST = `step-${String(STEPS).padStart(8, '0')}`;
/** Two epochs of 6 steps on 12 videos, with captions in masks and contrast; a checkpoint behind each step. */
const SHORT = [
  ...['pretrain', 'videos/clips.jsonl', '--preset', 'tgm-b-ssv2', '--laptop', '--leak-safe', '--seed', '7'],
  ...['--length.videos-per-step', '2', '--length.epochs', '2', '--save-every', '1'],
];
/** One that nobody waits for. */
const LONG = SHORT.map((each, at) => (SHORT[at - 1] === '--length.epochs' ? '2000' : each));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-pretrain-'));
  await writeMovingSquares(at('videos'), 2);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program, and sends it a signal when a checkpoint of a step is there. */
async function stopped(output: string, step: number, signal: NodeJS.Signals, args: readonly string[]) {
  const saved = at(output, `step-${String(step).padStart(8, '0')}`);
  let waits: NodeJS.Timeout | undefined;
  const ended = await runTgm(args, {
    cwd: folder,
    onError(_, kill) {
      waits ??= setInterval(() => {
        if (!existsSync(saved)) return;
        clearInterval(waits);
        kill(signal);
      }, 5);
    },
  });
  clearInterval(waits);
  return ended;
}

/** Whether two runs ended with the same bits, those of the optimiser and the data's place too. */
async function endedAlike(one: string, other: string): Promise<boolean> {
  const files = ['model.safetensors', 'training-state.safetensors'];
  const same = files.map(async (file) => {
    const [a, b] = await Promise.all([one, other].map((output) => readFile(at(output, LAST, file))));
    return a!.equals(b!);
  });
  return (await Promise.all(same)).every(Boolean);
}

describe('tgm pretrain', { timeout: 120_000 }, () => {
  it('trains a folder that holds all of a run, says the same again, and refuses another run there', async () => {
    const ended = await tgm(...SHORT, '--output', 'run', '--json');
    expect(ended.code, ended.stderr).toBe(0);
    const told = JSON.parse(ended.stdout);
    expect(told).toMatchObject({
      output: at('run'),
      reason: 'completed',
      step: STEPS,
      steps: STEPS,
      checkpoint: at('run', LAST),
      terms: { reconstruction: expect.any(Number), contrastive: expect.any(Number) },
      figures: { 'reconstruction baseline': expect.any(Number) },
      peakBytes: expect.any(Number),
    });
    expect(ended.stderr).toContain('knows coloured shapes');
    expect(ended.stderr).toMatch(/captions: done in/);
    expect((await readdir(at('run'))).sort()).toEqual([
      'events.jsonl',
      'report.html',
      'step-00000011',
      LAST,
      'tensorboard',
      'tgm.config.json',
    ]);
    expect(await readFile(at('run', 'report.html'), 'utf8')).toContain('Loss: contrastive');

    const events = await readEvents(at('run', 'events.jsonl'));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(STEPS);
    const again = await tgm(...SHORT, '--output', 'run', '--json');
    expect(JSON.parse(again.stdout)).toEqual({ ...told, peakBytes: expect.any(Number) });

    const config = await readFile(at('run', 'tgm.config.json'), 'utf8');
    const other = await tgm(...SHORT, '--output', 'run', '--masking.ratio', '0.8');
    expect(other.stderr).toMatch(/others: pretrain\.masking\.ratio: 0\.6, now 0\.8\. .*CHECKPOINT_MISMATCH/s);
    expect(other.code).toBe(64);
    expect(await readFile(at('run', 'tgm.config.json'), 'utf8')).toBe(config);
    expect((await tgm(...SHORT, '--output', 'run', '--threads', '1')).code).toBe(0);
    expect(await readFile(at('run', 'tgm.config.json'), 'utf8'), 'of a run that does nothing').toBe(config);

    const rows = await readFile(at('videos', 'clips.jsonl'), 'utf8');
    await writeFile(at('videos', 'clips.jsonl'), rows.replaceAll('moves', 'slides'));
    const changed = await tgm('resume', 'run');
    await writeFile(at('videos', 'clips.jsonl'), rows);
    expect(changed.stderr).toMatch(/All options are the same: .* data\.source\. .*CHECKPOINT_MISMATCH/s);
    expect(changed.stderr).toMatch(/others: batches.*examples/);

    await writeFile(at('videos', 'fewer.jsonl'), `${rows.split('\n').slice(0, 7).join('\n')}\n`);
    const fewer = SHORT.map((each) => each.replace('clips.jsonl', 'fewer.jsonl'));
    const short = await tgm(...fewer, '--output', 'run');
    expect(short.stderr).toMatch(
      /others: data\.source: .*clips\.jsonl", now .*fewer\.jsonl".*CHECKPOINT_MISMATCH/s,
    );
    expect(short.code).toBe(64);
  });

  it('refuses, before anything is written, a folder that holds something else', async () => {
    const holds = async (name: string, file: string, text: string) => {
      await mkdir(at(name));
      await writeFile(at(name, file), text);
      return name;
    };
    const names = [
      await holds('scores-folder', 'index.json', '{}'),
      await holds('shards-folder', 'shard-000000.tar', ''),
      await holds('video-folder', 'a.mp4', ''),
      await holds('measured-folder', 'tgm.config.json', '// What tgm probe ran with\n{ "probe": {} }'),
    ];
    for (const name of names) {
      const before = await readdir(at(name));
      const ended = await tgm(...SHORT, '--output', name);
      expect(ended.stderr).toMatch(/expected a folder of tgm pretrain alone.*--output/s);
      expect(ended.stderr).toContain(before[0]);
      expect(ended.code).toBe(64);
      expect(await readdir(at(name))).toEqual(before);
    }
    for (const command of ['score', 'shards']) {
      const source = await tgm(command, 'videos/red', '--caption', 'x', '--output', 'videos/red');
      expect(source.stderr).toMatch(/red: expected a folder of tgm .* alone.*got that of the videos/);
      expect(source.code).toBe(64);
      const run = await tgm(command, 'videos/red', '--caption', 'x', '--output', 'run');
      expect(run.stderr).toMatch(/got one with a run \(events\.jsonl\)/);
      expect(run.code).toBe(64);
    }
    expect(await readdir(at('videos', 'red'))).not.toContain('tgm.config.json');
  });

  it('refuses a contrast of captions that are all equal, before the first step', async () => {
    const args = ['pretrain', 'videos/red', '--preset', 'tgm-b-ssv2', '--laptop', '--leak-safe'];
    const ended = await tgm(...args, '--caption', 'a video', '--output', 'alike');
    expect(ended.stderr).toMatch(
      /expected different captions.*got "a video" for all of 4 videos.*tgm caption/s,
    );
    expect(ended.stderr).toContain('NO_NEGATIVES');
    expect(ended.code).toBe(64);
    expect(existsSync(at('alike'))).toBe(false);
  });

  it.runIf(process.platform !== 'win32')(
    'stops at SIGTERM with 143, and resume makes of the folder, wherever it lies, what an unbroken run is',
    async () => {
      const ended = await stopped('first', 2, 'SIGTERM', [...SHORT, '--output', 'first']);
      expect(ended.stderr).toMatch(/Stopping after the step in hand.*stopped at step \d/s);
      expect(ended).toMatchObject({ code: 143, signal: null });
      await rename(at('first'), at('moved'));
      const resumed = await tgm('resume', 'moved');
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stderr).toMatch(/goes on from step \d of 12/);
      expect(resumed.stdout).toMatch(/^steps {3}12 of 12: .*reconstruction [\d.]+ of [\d.]+/m);
      expect(resumed.stdout).toMatch(/^peak memory \d+ MiB$/m);
      expect(await endedAlike('moved', 'run')).toBe(true);
    },
  );

  it.runIf(process.platform !== 'win32')(
    'goes on where it was killed, by the same command, as if nothing had been',
    async () => {
      const args = [...SHORT, '--output', 'killed'];
      expect(await stopped('killed', 4, 'SIGKILL', args)).toMatchObject({ signal: 'SIGKILL' });
      expect(existsSync(at('killed', LAST))).toBe(false);
      const again = await tgm(...args);
      expect(again.code, again.stderr).toBe(0);
      expect(await endedAlike('killed', 'run')).toBe(true);
      const steps = (await readEvents(at('killed', 'events.jsonl'))).filter(({ type }) => type === 'step');
      expect(steps.map((event) => 'step' in event && event.step)).toEqual(
        Array.from({ length: STEPS }, (_, step) => step + 1),
      );
    },
  );

  it.runIf(process.platform !== 'win32')(
    'saves and ends with 75 when its time is over or a scheduler says so',
    async () => {
      const short = await tgm(...LONG, '--output', 'short', '--stop-after', '0.0001', '--json');
      expect(short.code, short.stderr).toBe(75);
      expect(JSON.parse(short.stdout).step).toBeGreaterThan(0);
      expect(existsSync(JSON.parse(short.stdout).checkpoint)).toBe(true);
      const over = await tgm(...LONG, '--output', 'timed', '--stop-after', '0.15', '--json');
      expect(over.code, over.stderr).toBe(75);
      const told = JSON.parse(over.stdout);
      expect(told).toMatchObject({ reason: 'stopped', by: 'time', step: expect.any(Number) });
      expect(existsSync(told.checkpoint)).toBe(true);
      const stepsOf = async () =>
        (await readdir(at('timed'))).filter((name) => name.startsWith('step-')).sort();
      const before = (await stepsOf()).at(-1)!;
      const done = Number(before.slice('step-'.length));
      expect(done).toBeGreaterThan(0);
      const limited = ['resume', 'timed', '--stop-after', '10', '--threads', '1', '--json'];
      const resumed = await stopped('timed', done + 2, 'SIGUSR1', limited);
      expect(resumed).toMatchObject({ code: 75, signal: null });
      expect(JSON.parse(resumed.stdout)).toMatchObject({ reason: 'stopped', by: 'SIGUSR1' });
      const saved = await readFile(at('timed', 'tgm.config.json'), 'utf8');
      expect(saved).not.toContain('stopAfter');
      expect(saved).toContain('"threads": 2');
      expect((await stepsOf()).at(-1)! > before).toBe(true);
    },
  );

  it('ends with 3 where the loss is not a number', async () => {
    const rates = ['--rate.base', '1e30', '--rate.warmup-epochs', '0'];
    const ended = await tgm(...SHORT, ...rates, '--output', 'diverged');
    expect(ended.stderr).toContain('LOSS_NOT_FINITE');
    expect(ended.code).toBe(3);
  });

  it('warns of a contrast that reads a text mask, and of videos without captions', async () => {
    const paper = SHORT.filter((each) => each !== '--leak-safe');
    await writeFile(
      at('videos', 'bare.jsonl'),
      ['red/left-0.mp4', 'red/left-1.mp4'].map((path) => `${JSON.stringify({ id: path, path })}\n`).join(''),
    );
    const args = paper.map((each) => each.replace('clips.jsonl', 'bare.jsonl'));
    const ended = await tgm(...args, '--output', 'none');
    expect(ended.stderr).toMatch(/the mask tells the caption.*--leak-safe/s);
    expect(ended.stderr).toMatch(/expected captions.*got none in 2 videos.*tgm caption/s);
    expect(ended.code).toBe(64);
    expect(existsSync(at('none'))).toBe(false);
  });

  it('takes the tiny CLIP for the laptop alone, or where it is named', async () => {
    const videos = ['videos/clips.jsonl', '--preset', 'tgm-b-ssv2'];
    const refused = await tgm('pretrain', ...videos, '--output', 'unnamed');
    expect(refused.stderr).toMatch(
      /a CLIP, for the settings go by clip-b-32, got none.*--text\.teacher tiny/,
    );
    expect(refused.code).toBe(64);
    expect(existsSync(at('unnamed'))).toBe(false);
    const laptop = ['--laptop', '--text.teacher', 'clip-b-16', '--output', 'unnamed'];
    expect((await tgm('pretrain', ...videos, ...laptop)).stderr).toMatch(/go by clip-b-16/);
  });

  it('refuses scores that no masking reads', async () => {
    const motion = ['pretrain', 'videos/red', '--preset', 'mgm-b-k400', '--laptop'];
    const ended = await tgm(...motion, '--scores', 'scores', '--output', 'none');
    expect(ended.stderr).toMatch(/scores: expected a masking by text beside it.*got the masking "motion"/);
    expect(ended.code).toBe(64);
  });

  it('takes masks from stored scores, and refuses those of other captions', async () => {
    const engine = await onnxEngine({ threads: 1 });
    const [teacher, pool] = [await openTeacher({}, engine), videoPool({ workers: 1 })];
    const dataset = await openDataset({ source: at('videos/clips.jsonl') });
    await writeScores({ folder: at('scores'), dataset, pool, encoder: teacher.encoder });
    await teacher.dispose();
    await pool.close();
    await engine.dispose();
    const scored = [...SHORT, '--scores', 'scores'];
    const ended = await tgm(...scored, '--output', 'stored');
    expect(ended.code, ended.stderr).toBe(0);
    expect(await endedAlike('stored', 'run')).toBe(false);
    const rows = await readFile(at('videos/clips.jsonl'), 'utf8');
    await writeFile(at('videos/clips-2.jsonl'), rows.replaceAll('a red square', 'a red box'));
    const args = scored.map((each) => each.replace('clips.jsonl', 'clips-2.jsonl'));
    const other = await tgm(...args, '--output', 'strange');
    expect(other.stderr).toContain('SCORES_MISSING');
    expect(other.code).toBe(64);
  });

  it('follows motion without a teacher, from a configuration, and goes past a video that cannot be read', async () => {
    await cp(at('videos', 'red'), at('mixed'), { recursive: true });
    await writeFile(at('mixed', 'broken.mp4'), 'no video');
    const pretrain = {
      preset: 'mgm-b-k400',
      laptop: true,
      length: { videosPerStep: 4, epochs: 2 },
      refusedShare: 0.2,
      output: 'motion',
    };
    await writeFile(at('motion.json'), JSON.stringify({ data: { source: 'mixed' }, pretrain }));
    const ended = await tgm('pretrain', '--config', 'motion.json');
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).not.toContain('CLIP');
    expect(ended.stderr).toMatch(/broken\.mp4 gives its place to/);
    expect(ended.stdout).toMatch(/^steps {3}2 of 2: reconstruction/m);
  });
});

describe('tgm resume', { timeout: 120_000 }, () => {
  it('refuses a folder that is no run', async () => {
    const ended = await tgm('resume', 'videos');
    expect(ended.stderr).toMatch(/videos: expected the folder of a run, got one without tgm\.config\.json/);
    expect(ended.code).toBe(64);
    const absent = await tgm('resume', 'nosuch');
    expect(absent.stderr).toMatch(/nosuch: expected the folder of a run, got nothing there/);
    expect(absent.code).toBe(64);
    await mkdir(at('plain'));
    await writeFile(at('plain', 'tgm.config.json'), '{"data": {"source": "x"}}');
    const none = await tgm('resume', 'plain');
    expect(none.stderr).toMatch(/with one of the sections pretrain, finetune, got data/);
    expect(none.code).toBe(64);
  });
});
