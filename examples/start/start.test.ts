import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { watchRuns } from '@tgm/cli';
import { loadVideoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { readEvents } from '@tgm/train';
import { encodeVideo } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRun, openRun } from './run-folder.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** A file name that would colour a terminal's text and clear its screen. */
const BROKEN = 'broken\u001b[31m\u009b2J.mp4';
let folder: string;
let videos: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-start-'));
  videos = join(folder, 'videos');
  await mkdir(videos);
  const [width, height, count] = [96, 64, 40];
  for (const [number, name] of ['one', 'two', 'three'].entries()) {
    const frames = new Uint8Array(count * height * width * 3).fill(90);
    for (let frame = 0; frame < count; frame++) {
      for (let y = 20; y < 40; y++) {
        const start = ((frame * height + y) * width + frame + 5 * number) * 3;
        for (let x = 0; x < 20; x++) frames.set([220, 40, 40], start + 3 * x);
      }
    }
    await encodeVideo(join(videos, `${name}.mp4`), frames, { width, height, fps: 20 });
  }
  await writeFile(join(videos, 'one.txt'), 'the red <b>square</b> slides right\na red square moves\n');
  await writeFile(join(videos, BROKEN), 'this is no video');
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
}

interface StartOptions {
  /** Sends `signal` once, when the text says so. */
  readonly at?: string;
  readonly signal?: NodeJS.Signals;
  /** No file may become larger than this, in KiB: a disk that is full for all but small files. */
  readonly largestFile?: number;
  /** `--out` and `--data` are among the arguments, or do not matter. */
  readonly ownFolders?: boolean;
  /** The program; default `main.ts`. */
  readonly program?: string;
}

function start(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const { at, signal = 'SIGINT', largestFile = 'unlimited', program = 'main.ts' } = options;
  const main = ['--import', 'tsx', `examples/start/${program}`];
  const folders =
    options.ownFolders || args.includes('--resume')
      ? []
      : ['--out', join(folder, 'runs'), '--data', join(folder, 'data')];
  const child = spawn(
    'bash',
    ['-c', `ulimit -f ${largestFile}; exec "$@"`, 'bash', process.execPath, ...main, ...folders, ...args],
    { cwd: ROOT },
  );
  return new Promise<Ended>((done) => {
    let text = '';
    let sent = false;
    const hear = (chunk: Buffer): void => {
      text += chunk;
      if (sent || at === undefined || !text.includes(at)) return;
      sent = true;
      child.kill(signal);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code, signal) => done({ code, signal, text }));
  });
}

const newestRun = async (): Promise<string> =>
  join(folder, 'runs', (await readdir(join(folder, 'runs'))).sort().at(-1)!);

async function logRows(run: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(join(run, 'log.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('npm start -- --videos', { timeout: 600_000 }, () => {
  it('stops at Ctrl-C, goes on with --resume, skips the broken file, and ends with a report', async () => {
    const args = ['--videos', videos, '--caption', 'a red square', '--steps', '12'];
    const first = await start(args, { at: 'Pre-train ' });
    expect(first.text).toContain('Go on with: npm start -- --resume');
    expect(first.code).toBe(130);
    const run = await newestRun();

    const other = await start(['--resume', run, ...args.slice(0, -1), '20', '--ratio', '0.5']);
    expect(other.text).toMatch(/it began with \(--steps 12, --ratio 0.75\), got --steps 20, --ratio 0.5/);
    expect(other.text).toContain('OPTIONS_CHANGED');
    expect(other.code).toBe(64);

    const second = await start(['--resume', run, ...args]);
    expect(second.text).toContain('report: ');
    expect(second.code).toBe(0);
    expect(first.text + second.text).toContain('broken\\u001b[31m\\u009b2J.mp4');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
    expect(first.text + second.text).not.toMatch(/[\u001b\u009b]/);

    const third = await start(['--resume', run]);
    expect(third.text).toMatch(/^finished already; report: .*report\.html$/m);
    expect(third.text).not.toContain('Pre-train');

    const rows = await logRows(run);
    // Own videos have no run on a ground of tiles.
    for (const arm of ['random', 'text', 'contrast']) {
      const events = await readEvents(join(run, arm, 'events.jsonl'));
      const steps = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
      expect(steps).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
      expect(await readFile(join(run, arm, 'report.html'), 'utf8')).toContain(
        'The run has ended (completed)',
      );
    }
    const { url, close } = await watchRuns({ run, port: 0 });
    const list = await (await fetch(url)).text();
    await close();
    for (const name of ['.', 'random', 'text', 'contrast']) expect(list).toContain(`>${name}</a>`);
    expect(rows.find((row) => row.event === 'skipped')).toMatchObject({ id: BROKEN });

    const report = await readFile(join(run, 'report.html'), 'utf8');
    expect(report).toContain('broken\ufffd[31m');
    expect(report).toContain('red &lt;b&gt;square&lt;/b&gt;');
    expect(report).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(report.match(/data:image\/png;base64/g)!.length).toBeGreaterThan(10);

    await onnxEngine({ threads: 1 });
    const { params } = await loadVideoMae(join(run, 'text', 'step-00000012'));
    expect(Object.keys(params)).toContain('videomae.embeddings.patch_embeddings.projection.weight');
  });

  it('finds out before the training that there are too few labelled videos to measure', async () => {
    const few = join(folder, 'few');
    await mkdir(few);
    const [width, height] = [96, 64];
    await encodeVideo(join(few, 'short.mp4'), new Uint8Array(24 * height * width * 3).fill(90), {
      width,
      height,
      fps: 20,
    });
    const rows = Array.from({ length: 22 }, (_, i) => ({
      id: `v${i}`,
      path: 'short.mp4',
      captions: [`video ${i}`],
      label: 1000 + (i % 2),
    }));
    await writeFile(join(few, 'manifest.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const { code, text } = await start(['--videos', few, '--steps', '2']);
    expect(text).toContain('No evaluation: k-NN asks 20 neighbours, and the training part has 18 clips.');
    expect(code).toBe(0);
  });

  it.each([
    ['a checkpoint', 1000],
    ['the log', 2],
  ])('says why %s cannot be written, though threads compute', async (_, largestFile) => {
    const args = ['--videos', videos, '--caption', 'a red square', '--steps', '12'];
    const { code, signal, text } = await start(args, { largestFile });
    expect(text).toContain('Pre-train ');
    expect(text).toMatch(/EFBIG/);
    expect(text).not.toMatch(/^\s+at |terminate called|napi/im);
    expect({ code, signal }).toEqual({ code: 1, signal: null });
  });
});

describe('npm start', { timeout: 600_000 }, () => {
  it('stops in every stage, by either signal, and goes on from there', async () => {
    const making = await start(['--quick', '--steps', '4'], { at: 'Make Moving Shapes', signal: 'SIGTERM' });
    expect(making.text).toContain('Go on with: npm start -- --resume');
    expect(making.text).not.toMatch(/Unexpected|^\s+at /m);
    expect(making.code).toBe(143);

    const run = await newestRun();
    for (const [at, signal, code] of [
      ['Score patches', 'SIGINT', 130],
      ['ground of tiles', 'SIGINT', 130],
      ['Pre-train ', 'SIGTERM', 143],
      ['Evaluate on', 'SIGINT', 130],
    ] as const) {
      const stopped = await start(['--resume', run], { at, signal });
      expect(stopped.text).toContain('Go on with: npm start -- --resume');
      expect(stopped.text).not.toMatch(/Unexpected|^\s+at /m);
      expect(stopped).toMatchObject({ code, signal: null });
    }
    const { code, text } = await start(['--resume', run]);
    expect(text).toContain('report: ');
    expect(code).toBe(0);
    const report = await readFile(join(run, 'report.html'), 'utf8');
    expect(report).toContain('What the masks hide of the named object');
    expect(report).toContain('Reconstruction alone');
    const rows = await logRows(run);
    const { errors, scores } = rows.at(-1) as {
      errors: Record<string, { value: number }>;
      scores: { rows: { name: string }[] };
    };
    expect(errors.trained!.value).toBeLessThan(errors.untrained!.value);
    expect(scores.rows.map(({ name }) => name).slice(0, 3)).toEqual([
      'pixels only',
      'colours only',
      'changes only',
    ]);
    const tiled = await readEvents(join(run, 'tiled', 'events.jsonl'));
    expect(tiled.filter(({ type }) => type === 'step').length).toBe(4);
  });

  it('says why a clip cannot be written', async () => {
    const { code, text } = await start(['--quick', '--seed', '9'], { largestFile: 2 });
    expect(text).toMatch(/EFBIG.*SYSTEM_FAILED/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});

describe('npm run arms', { timeout: 600_000 }, () => {
  it('goes on after a stop, skips what is finished, and writes what it prints', async () => {
    const args = ['--quick', '--steps', '3', '--arms', 'random,text-one-view'];
    const arms = (at?: string) => start(args, { program: 'arms-main.ts', ...(at ? { at } : {}) });
    const stopped = await arms('Evaluate on');
    expect(stopped.text).toContain('The same command goes on.');
    expect(stopped.code).toBe(130);

    const first = await arms();
    expect(first.code).toBe(0);
    const out = join(folder, 'runs');
    const markdown = await readFile(join(out, 'arms.md'), 'utf8');
    expect(first.text).toContain(markdown.trim());
    const written = await readFile(join(out, 'arms.json'), 'utf8');
    const { rows, differences, detectable } = JSON.parse(written);
    expect(detectable).toEqual({});
    const { numbers } = rows.at(-1);
    expect(numbers['object/hidden'].mean).toBeGreaterThan(90);
    expect(numbers['object/seen'].mean).toBeCloseTo(100 - numbers['object/hidden'].mean, 6);
    expect(numbers['leak/bits'].mean).toBeGreaterThanOrEqual(numbers['leak/low'].mean);
    expect(rows.map((row: { name: string }) => row.name)).toEqual([
      'pixels',
      'untrained',
      'random',
      'text-one-view',
    ]);
    expect(differences.map((pair: { first: string }) => pair.first)).toEqual(['random']);

    const second = await arms();
    expect(second.text).toContain('seed 0: 0 of 2 arms');
    expect(await readFile(join(out, 'arms.json'), 'utf8')).toBe(written);

    const other = await start([...args, '--ratio', '0.5'], { program: 'arms-main.ts' });
    expect(other.text).toMatch(/--ratio 0.75\), got --ratio 0.5/);
    expect(other.code).toBe(64);
  });

  it.each([
    [['--arms', 'random,tube'], /option arms: expected some of .*, got tube/],
    [['--seeds', '0,0'], /option seeds: expected whole numbers/],
    [['--seeds', '0,x'], /option seeds: expected whole numbers/],
  ])('refuses %j', async (args, message) => {
    const { code, text } = await start(args, { program: 'arms-main.ts' });
    expect(text).toMatch(message);
    expect(code).toBe(64);
  });
});

describe('createRun', () => {
  it('gives every run of one second a folder of its own', async () => {
    const now = new Date('2030-01-02T03:04:05Z');
    const root = join(folder, 'many-runs');
    const command = { seed: 0, ratio: 0.75, quick: true, data: folder, out: root };
    const runs = await Promise.all(
      Array.from({ length: 5 }, (_, seed) => createRun(root, { ...command, seed }, now)),
    );
    expect(new Set(runs.map(({ path }) => path)).size).toBe(5);
    for (const run of runs) expect((await openRun(run.path)).command.seed).toBe(run.command.seed);
  });
});

describe('npm start refuses', { timeout: 120_000 }, () => {
  it.each([
    [['--videos', 'no-such-folder'], /no-such-folder, which is not there/],
    [['--videos', join(ROOT, '.changeset')], /Expected videos .* got none|expected videos .* got none/],
    [['--ratio', '1'], /option ratio: expected a number from 0 and below 1, got 1/],
    [['--resume', 'no-run'], /no-run, which has none/],
    [['--videos', '.', '--caption', ' '], /option caption: expected a caption of some words, got " "/],
    [['--caption', 'a'], /option caption: expected the option videos beside it/],
    [
      ['--videos', join(ROOT, 'README.md')],
      /option videos: expected a folder of videos, or a manifest \(.*\), got .*README.md, which is neither/,
    ],
    [['--data', join(ROOT, 'README.md')], /a place for one, got a file on the way there .*\(FOLDER_FAILED\)/],
    [['--seed', '-1'], /Write --seed=-1/],
  ])('%j, and leaves no run', async (args, message) => {
    const own = await mkdtemp(join(folder, 'refused-'));
    const out = join(own, 'runs');
    const data = args.includes('--data') ? [] : ['--data', join(own, 'data')];
    const { code, text } = await start(
      [...args, ...(args[0] === '--resume' ? [] : ['--out', out, ...data])],
      {
        ownFolders: true,
      },
    );
    expect(text).toMatch(message);
    expect(text).not.toMatch(/^\s+at |\.\. \(/m);
    expect(code).toBe(64);
    expect(await readdir(out).catch(() => [])).toEqual([]);
  });

  it('videos that cannot be read, in sentences that end once', async () => {
    const broken = await mkdtemp(join(folder, 'broken-'));
    await writeFile(join(broken, 'a.mp4'), 'this is no video');
    const { code, text } = await start(['--videos', broken, '--caption', 'a']);
    expect(text).toMatch(/none; the first reason: .*[^.]\. \(VIDEOS_INVALID\)/);
    expect(code).toBe(64);
  });

  it('arms whose data cannot be made, and leaves no run', async () => {
    const out = join(await mkdtemp(join(folder, 'arms-')), 'arms');
    const { code, text } = await start(['--out', out, '--data', join(ROOT, 'README.md')], {
      program: 'arms-main.ts',
      ownFolders: true,
    });
    expect(text).toMatch(/FOLDER_FAILED/);
    expect(code).toBe(64);
    expect(await readdir(out)).toEqual([]);
  });

  it('videos without captions, naming the three ways to give them', async () => {
    const { code, text } = await start(['--videos', videos]);
    expect(text).toMatch(/3 of 4 without one.*manifest.*\.txt.*--caption/);
    expect(code).toBe(64);
  });
});
