import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadVideoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { encodeVideo } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
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
  await writeFile(join(videos, 'broken.mp4'), 'this is no video');
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

function start(
  args: readonly string[],
  onText: (text: string, child: ChildProcess) => void = () => undefined,
) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'examples/start/main.ts', '--out', join(folder, 'runs'), ...args],
    { cwd: ROOT },
  );
  return new Promise<Ended>((done) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk;
      onText(text, child);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code) => done({ code, text }));
  });
}

const newestRun = async (): Promise<string> =>
  join(folder, 'runs', (await readdir(join(folder, 'runs'))).sort().at(-1)!);

async function logRows(run: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(join(run, 'log.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('npm start -- --videos', { timeout: 240_000 }, () => {
  it('stops at Ctrl-C, goes on with --resume, skips the broken file, and ends with a report', async () => {
    let interrupted = false;
    const args = ['--videos', videos, '--caption', 'a red square', '--steps', '12'];
    const first = await start(args, (text, child) => {
      if (interrupted || !text.includes('Pre-train with')) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    expect(first.text).toContain('Go on with: npm start -- --resume');
    expect(first.code).toBe(130);
    const run = await newestRun();
    const second = await start(['--resume', run]);
    expect(second.text).toContain('report: ');
    expect(second.code).toBe(0);

    const rows = await logRows(run);
    const steps = rows.filter((row) => row.event === 'step').map((row) => `${row.arm} ${row.step}`);
    expect(new Set(steps).size).toBe(3 * 12);
    expect(steps.length).toBe(3 * 12);
    expect(rows.find((row) => row.event === 'skipped')).toMatchObject({ id: 'broken.mp4' });

    const report = await readFile(join(run, 'report.html'), 'utf8');
    expect(report).toContain('broken.mp4');
    expect(report).toContain('red &lt;b&gt;square&lt;/b&gt;');
    expect(report).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(report.match(/data:image\/png;base64/g)!.length).toBeGreaterThan(10);

    await onnxEngine({ threads: 1 });
    const { params } = await loadVideoMae(join(run, 'text', 'step-00000012'));
    expect(Object.keys(params)).toContain('videomae.embeddings.patch_embeddings.projection.weight');
  });
});

describe('npm start', { timeout: 240_000 }, () => {
  it('stops without a stack while the data set is being made', async () => {
    let interrupted = false;
    const { code, text } = await start(['--quick'], (heard, child) => {
      if (interrupted || !heard.includes('Make Moving Shapes')) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    expect(text).toContain('Go on with: npm start -- --resume');
    expect(text).not.toMatch(/Unexpected|^\s+at /m);
    expect(code).toBe(130);
  });
});

describe('npm start refuses', { timeout: 60_000 }, () => {
  it.each([
    [['--videos', 'no-such-folder'], /there is no no-such-folder/],
    [['--videos', join(ROOT, '.changeset')], /Expected videos .* got none/],
    [['--ratio', '1'], /--ratio must be in \[0, 1\), got 1/],
    [['--steps', 'many'], /--steps must be a number, got "many"/],
    [['--resume', 'no-run'], /no-run, which has none/],
    [['--speed'], /Unknown option '--speed'/],
    [['--videos', '.', '--caption', ' '], /empty caption/],
  ])('%j', async (args, message) => {
    const { code, text } = await start(args);
    expect(text).toMatch(message);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  it('videos without captions, naming the three ways to give them', async () => {
    const { code, text } = await start(['--videos', videos]);
    expect(text).toMatch(/3 of 4 videos have no caption.*manifest.*\.txt.*--caption/);
    expect(code).toBe(1);
  });
});
