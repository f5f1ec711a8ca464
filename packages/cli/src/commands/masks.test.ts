import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClipModel, resizeClipModel, saveClipModel } from '@tgm/models';
import { decodeClip, encodeAnimation, encodeVideo, probeVideo } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipMasks } from '../masks/clip-masks.js';
import { MASK_NAMES } from '../masks/strategies.js';
import { MASKINGS } from '../presets/masking-settings.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { TINY_CLIP_FOLDER } from '../tiny-clip-folder.js';

const SIDE = 128;
const [FRAMES, FPS] = [16, 8];
/** Top left corner of the red square of 32 x 32 in a frame: it goes to the right. */
const left = (frame: number): number => 4 * frame;
const TOP = 48;

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(['masks', ...args], { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-masks-'));
  const frames = new Uint8Array(FRAMES * SIDE * SIDE * 3);
  for (let at = 0; at < frames.length; at += 3) {
    const [x, y] = [(at / 3) % SIDE, Math.floor(at / 3 / SIDE) % SIDE];
    const from = left(Math.floor(at / 3 / SIDE / SIDE));
    const isSquare = x >= from && x < from + 32 && y >= TOP && y < TOP + 32;
    // Spots that go with the square: of a flat one the codec need not tell that it moves.
    const spot = ((x - from) * 7 + (y - TOP) * 13) % 30;
    frames.set(isSquare ? [205 + spot, 25 + spot, 40] : [90 + (x % 16), 110, 100 + (y % 16)], at);
  }
  const size = { width: SIDE, height: SIDE };
  await encodeVideo(file('square.mp4'), frames, { ...size, fps: FPS });
  await encodeAnimation(file('square.gif'), frames, { ...size, fps: FPS });
});
afterAll(() => rm(folder, { recursive: true }));

const CAPTION = 'a red square moves to the right';
const OF_SQUARE = ['square.mp4', CAPTION, '--size', `${SIDE}`, '--frames', '8', '--stride', '2'];
/** What these give: 4 slices of 8 x 8 tokens, each of two frames, 16 pixels and 4 frames of the video. */
const inSquare = (token: number): boolean => {
  const [slice, row, column] = [Math.floor(token / 64), Math.floor(token / 8) % 8, token % 8];
  const from = left(4 * slice) / 16;
  return row >= TOP / 16 && row < (TOP + 32) / 16 && column >= from && column < from + 2;
};
const SQUARE = Array.from({ length: 256 }, (_, token) => token).filter(inSquare);
/** Share of the square's tokens that are masked. */
const share = (masked: Uint32Array): number =>
  SQUARE.filter((token) => masked.includes(token)).length / SQUARE.length;

describe('clipMasks', () => {
  it('hides what the caption names, what moves, and draws the heat map of both', async () => {
    const { clip, motion, teacher, fps, indices } = await clipMasks({
      video: file('square.mp4'),
      caption: CAPTION,
      masks: ['text', 'text-bottom', 'motion-magnitude'],
      size: SIDE,
      frames: 8,
      stride: 2,
    });
    const shares = clip.masks!.map(({ strategy, masked }) => [strategy, share(masked)]);
    expect(Object.fromEntries(shares)).toEqual({ text: 1, 'text-bottom': 0, 'motion-magnitude': 1 });
    const [{ values }] = clip.scores as [{ values: Float32Array }];
    const mean = (tokens: readonly number[]) =>
      tokens.reduce((sum, token) => sum + values[token]!, 0) / tokens.length;
    const others = Array.from(values.keys()).filter((token) => !inSquare(token));
    expect(mean(SQUARE)).toBeGreaterThan(mean(others) + 0.1);
    expect(clip.grid).toEqual({ slices: 4, rows: 8, columns: 8 });
    expect({ motion, fps, indices: [...indices] }).toEqual({
      motion: 'codec',
      fps: FPS / 2,
      indices: [0, 2, 4, 6, 8, 10, 12, 14],
    });
    expect(teacher).toMatchObject({ isTiny: true, says: expect.stringContaining('coloured shapes') });
  });

  it('estimates motion where the codec tells none, and asks no CLIP where nothing needs one', async () => {
    const { clip, motion, teacher } = await clipMasks({
      video: file('square.gif'),
      masks: 'motion-magnitude',
      ratio: 0.4,
      size: SIDE,
      frames: 8,
      stride: 2,
    });
    expect({ motion, teacher }).toEqual({ motion: 'estimate', teacher: undefined });
    expect(share(clip.masks![0]!.masked)).toBeGreaterThan(0.8);
  });

  it('looks by a CLIP of pictures of another size', async () => {
    const { tokenizer, ...tiny } = await loadClipModel(TINY_CLIP_FOLDER);
    await saveClipModel(file('clip'), { tokenizer, ...(await resizeClipModel(tiny, 96)) });
    const { clip, teacher } = await clipMasks(
      { video: file('square.mp4'), caption: CAPTION, masks: ['text'], size: SIDE, frames: 8, stride: 2 },
      { clip: file('clip') },
    );
    expect(teacher).toMatchObject({ isTiny: false, says: expect.stringContaining('96 x 96 in 12 x 12') });
    expect(share(clip.masks![0]!.masked)).toBe(1);
  });

  it('takes the middle of a video, or what begins at a time, with the steps that it has room for', async () => {
    const indices = async (options: object) => [
      ...(await clipMasks({ video: file('square.mp4'), masks: 'tube', size: 16, frames: 4, ...options }))
        .indices,
    ];
    expect(await indices({})).toEqual([1, 5, 9, 13]);
    expect(await indices({ stride: 1 })).toEqual([6, 7, 8, 9]);
    expect(await indices({ start: 1 })).toEqual([8, 10, 12, 14]);
    expect(await indices({ start: 1, stride: 4 })).toEqual([8, 12, 12, 12]);
  });

  it('draws the same by the same seed alone', async () => {
    const random = async (seed: number) => {
      const masked = await clipMasks({ video: file('square.mp4'), masks: 'random', size: 64, seed });
      return masked.clip.masks![0]!.masked;
    };
    expect(await random(1)).toEqual(await random(1));
    expect(await random(1)).not.toEqual(await random(2));
  });
});

describe('tgm masks', () => {
  it('writes a picture, and says what the CLIP knows', async () => {
    const { code, stdout } = await run('--out', 'masks.png', ...OF_SQUARE);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^hidden +text 59 %, motion 59 %, tube 59 %, random 60 %$/m);
    expect(stdout).toMatch(/^motion +the codec's vectors$/m);
    expect(stdout).toMatch(/^teacher +The tiny CLIP .* coloured shapes .* --clip/m);
    const picture = await readFile(file('masks.png'));
    // The header of a PNG: width and height. Strips of four frames; frames, heat map, four masks with their names above.
    expect(picture.readUInt32BE(16)).toBe(4 * SIDE + 3 * 4);
    expect(picture.readUInt32BE(20)).toBe(6 * (14 + SIDE + 8) - 8);
  });

  it('writes a film in the time of the video, in which masked tokens are grey', async () => {
    const args = ['--masks', 'text, motion', '--ratio', '0.5', '--json'];
    const { stdout } = await run('--out', 'films/masks.gif', ...OF_SQUARE, ...args);
    const { strips, hidden, fps } = JSON.parse(stdout);
    expect({ strips, hidden, fps }).toEqual({
      strips: ['frames', `match: ${CAPTION}`, 'text', 'motion'],
      hidden: { text: 50, motion: 50 },
      fps: FPS / 2,
    });
    const film = file('films/masks.gif');
    const { width, height, frameCount } = await probeVideo(film, { countFrames: true });
    expect({ width, height, frameCount }).toEqual({
      width: 4 * SIDE + 3 * 16,
      height: 14 + SIDE,
      frameCount: 8,
    });
    const { frames, times } = await decodeClip(film, { indices: [0, 7], size: { width, height } });
    expect(times[1]).toBeCloseTo(7 / 4, 2);
    // The middle of the square in the last frame, in the first strip and in that of the text.
    const [x, y] = [left(14) + 16, 14 + TOP + 16];
    const pixel = (strip: number) => {
      const at = ((height + y) * width + strip * (SIDE + 16) + x) * 3;
      return [...frames.subarray(at, at + 3)];
    };
    const [red, grey] = [pixel(0), pixel(2)];
    expect(Math.max(...red.map((value, channel) => Math.abs(value - [220, 40, 40][channel]!)))).toBeLessThan(
      32,
    );
    expect(Math.max(...grey.map((value) => Math.abs(value - 128)))).toBeLessThan(8);
  });

  it('writes WebP and a page', async () => {
    const [webp, page] = await Promise.all(
      ['MASKS.WEBP', 'masks.html'].map((name) =>
        run('--out', name, 'square.mp4', '--masks', 'tube', '--size', '64'),
      ),
    );
    expect([webp!.code, page!.code]).toEqual([0, 0]);
    expect((await readFile(file('MASKS.WEBP'))).toString('latin1', 8, 12)).toBe('WEBP');
    const text = await readFile(file('masks.html'), 'utf8');
    expect(text).toMatch(/<b>tube<\/b>/);
    expect(text).not.toMatch(/(src|href)="(?!data:|#)/);
  });

  it('draws every mask that the clip allows', async () => {
    const drawn = async (...args: string[]) => {
      const { stdout } = await run(
        '--out',
        'all.png',
        'square.mp4',
        ...args,
        '--size',
        '64',
        '--masks',
        'all',
        '--json',
      );
      return Object.keys(JSON.parse(stdout).hidden);
    };
    expect(await drawn('a red square')).toEqual(MASK_NAMES);
    const ofText = ['text', 'text-bottom', 'two-ratio'];
    expect(await drawn()).toEqual(MASK_NAMES.filter((name) => !ofText.includes(name)));
  });

  it('says which masks are left out, and which frames only repeat others', async () => {
    const args = ['square.mp4', '--masks', 'all', '--size', '32', '--frames', '20'];
    const { code, stdout, stderr } = await run('--out', 'told.png', ...args, '--json');
    expect(code, stderr).toBe(0);
    // The video has 16 frames.
    const ofText = ['text', 'text-bottom', 'two-ratio'];
    expect(JSON.parse(stdout)).toMatchObject({ repeated: 4, withoutCaption: ofText });
    expect(stderr).toMatch(/repeated 4 of the frames: the video has no more/);
    expect(stderr).toMatch(/left out text, text-bottom, two-ratio: they follow a caption/);
  });

  it('knows every mask that a training can be told', () => {
    for (const name of Object.keys(MASKINGS)) expect(MASK_NAMES).toContain(name);
  });

  it('takes its options from a configuration', async () => {
    await writeFile(
      file('own.json'),
      JSON.stringify({
        masks: { out: 'own.png', video: 'square.mp4', masks: ['frame', 'causal'], size: 32 },
      }),
    );
    const { stdout, code } = await run('--config', 'own.json', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out: file('own.png'), hidden: { frame: 50, causal: 59 } });
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ['another ending', ['--out', 'a.jpg', 'square.mp4'], /--out: expected a file that ends in \.png, \.gif/],
    ['no file to write', ['square.mp4'], /masks\.out: .*Give it by --out: .*/],
    ['no video', ['--out', 'a.png'], /masks\.video: /],
    [
      'a mask that needs a caption without one',
      ['--out', 'a.png', 'square.mp4', '--masks', 'tube,text'],
      /masks\.caption: expected what the video shows, which text follows, got nothing/,
    ],
    [
      'a mask that it does not know',
      ['--out', 'a.png', 'square.mp4', '--masks', 'tubes'],
      /--masks: .*"tubes"/,
    ],
    ['a size of no whole tokens', ['--out', 'a.png', 'square.mp4', '--size', '100'], /multiple of 16/],
    [
      'a video that is not there',
      ['--out', 'a.png', 'none/dog.mp4', 'a dog walks'],
      /none\/dog\.mp4: expected a video file, got nothing there\. \(INPUT_INVALID\)/,
    ],
    ['a third text', ['--out', 'a.png', 'square.mp4', 'a', 'b'], /Unexpected argument 'b'/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(64);
  });
});
