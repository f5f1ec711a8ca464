import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { madeUpReport } from './made-up-report.test-support.js';
import { page as pageOf } from './page.js';
import { writePage } from './write-page.js';

const page = pageOf(madeUpReport());

/** Without the pictures, whose base64 may spell anything. */
const withoutPictures = (html: string) => html.replace(/data:image\/png;base64,[A-Za-z0-9+/=]+/g, 'picture');
const text = withoutPictures(page);

/** Names of the elements; throws where tags do not pair up, quotes are missing or a character is loose. */
function elements(html: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const body = html.replace(/^<!doctype html>\n/, '').replace(/(<style>)[^<]*(<\/style>)/, '$1$2');
  let end = 0;
  for (const match of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*) ?(\/?)>/gi,
  )) {
    const between = body.slice(end, match.index);
    if (/[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/.test(between))
      throw new Error(`Loose text: ${between.slice(0, 200)}`);
    end = match.index + match[0].length;
    const [, closing, name, , empty] = match;
    if (closing) {
      const expected = open.pop();
      if (expected !== name) throw new Error(`</${name}> closes <${expected}>`);
    } else {
      names.push(name!);
      if (!empty) open.push(name!);
    }
  }
  expect(open).toEqual([]);
  expect(body.slice(end).trim()).toBe('');
  return names;
}

describe('page', () => {
  test('is well-formed and needs nothing from elsewhere', () => {
    const names = elements(page);
    expect(names).toContain('svg');
    expect(names).not.toContain('script');
    expect(names).not.toContain('link');
    expect(names).not.toContain('img');
    const addresses = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.length).toBeGreaterThan(20);
    for (const address of addresses) expect(address).toMatch(/^(data:image\/png;base64,|#clip-\d+-frames$)/);
    expect(text).not.toMatch(/url\(|@import|https?:/);
  });

  test('shows hostile names as text', () => {
    expect(text).toContain('clips/&lt;img src=x onerror=alert(1)&gt;.mp4');
    expect(text).toContain('a red square &lt;moves&gt; to the right &amp; &quot;stops&quot;');
    const report = madeUpReport();
    const hostile = '"><script>alert(1)</script>\u0000\ud800';
    const everywhere = pageOf({
      ...report,
      title: hostile,
      command: hostile,
      facts: { [hostile]: { [hostile]: [hostile] } },
      stages: [{ name: hostile, seconds: 1 }],
      warnings: [hostile],
      plots: report.plots!.map((chart) => ({
        ...chart,
        title: hostile,
        references: [{ label: hostile, value: 1 }],
      })),
      clips: report.clips!.map((clip) => ({ ...clip, id: hostile, caption: hostile })),
    });
    expect(elements(everywhere)).not.toContain('script');
    expect(everywhere.includes('\u0000') || everywhere.includes('\ud800')).toBe(false);
  });

  test('rows of tables lead where they say, to pages alone', () => {
    const table = (link: string) => ({
      title: 'Links',
      tables: [{ title: 'Runs', columns: ['run'], rows: [{ name: 'a', link, cells: [] }] }],
    });
    for (const link of ['/run/a%20b', 'https://a.example/?x=1&y="', '?page=2', '../b'])
      expect(pageOf(table(link))).toContain(
        `<a href="${link.replace('&', '&amp;').replace('"', '&quot;')}">a</a>`,
      );
    for (const link of [
      'javascript:alert(1)',
      ' JAVASCRIPT:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      'http://',
    ])
      expect(() => pageOf(table(link)), link).toThrow(/row "a", link: expected an address of http/);
  });

  test('shows a study with its chart, its table and its clips, whose pictures are its own', () => {
    expect(text).toContain('<h2>A study</h2>');
    expect(text).toContain('0.990');
    expect(text).toMatch(/completed<\/b> by random, from what the random mask leaves/);
    const ids = [...text.matchAll(/ id="(clip-\d+-frames)"/g)].map((match) => match[1]);
    expect(ids.length).toBe(3);
    expect(new Set(ids).size).toBe(3);
    const uses = [...text.matchAll(/href="#(clip-\d+-frames)"/g)].map((match) => match[1]!);
    for (const use of uses) expect(ids).toContain(use);
  });

  test('marks the best of each column and the difference to the baseline', () => {
    expect(text).toMatch(/<b>52\.2<\/b> <small class="gain">\+34\.8<\/small>/);
    expect(text).toMatch(/13\.7 <small class="loss">−3\.7<\/small>/);
    expect(text).toContain('<b>28.0</b>'); // a median rank: lower is better
    expect(text).not.toContain('Not measured');
  });

  test('leaves out what is not there', () => {
    const { title, started, seconds, command, settings, facts, stages } = madeUpReport();
    const bare = pageOf({ title, started, seconds, command, settings, facts, stages });
    elements(bare);
    for (const heading of ['What the features are worth', 'Training', 'Clips', 'Skipped files']) {
      expect(bare).not.toContain(heading);
    }
    const clip = madeUpReport().clips![0]!;
    const { id, height, width, grid, frames } = clip;
    const framesOnly = pageOf({
      title,
      started,
      seconds,
      command,
      settings,
      facts,
      stages,
      clips: [{ id, height, width, grid, frames }],
    });
    elements(framesOnly);
    expect(framesOnly).toContain('clip-0');
    expect(framesOnly).not.toContain('match');
    expect(framesOnly).not.toContain('relative to the mean');
  });

  test('draws no line from numbers that are not finite', () => {
    const report = madeUpReport();
    const points = [
      { step: 0, value: Number.NaN },
      { step: 1, value: Number.POSITIVE_INFINITY },
    ];
    const broken = { title: 'Broken', smooth: true, series: [{ name: 'a', points }] };
    const half = {
      ...broken,
      title: 'Half',
      series: [{ name: 'a', points: [...points, { step: 2, value: 3 }] }],
    };
    const drawn = withoutPictures(pageOf({ ...report, plots: [broken, half] }));
    expect(drawn).not.toContain('Broken');
    expect(drawn).toContain('Half');
    expect(drawn).not.toContain('NaN');
  });

  test('refuses parts that it does not know, and pictures of another shape', () => {
    const report = madeUpReport();
    expect(() => pageOf({ ...report, plot: [] } as never)).toThrow(
      /option plot: expected one of the options title/,
    );
    expect(() => pageOf({} as never)).toThrow(/option title: expected a text that is not empty, got nothing/);
    const withClip = (change: object) => () =>
      pageOf({ title: 'a', clips: [{ ...report.clips![0]!, ...change }] });
    expect(withClip({ frames: new Uint8Array(3) })).toThrow(
      'page, clip clip-0, frames: expected frames of 64 x 64 x 3 bytes, 4 or a multiple of them, got 3 bytes.',
    );
    expect(withClip({ scores: [{ values: new Float32Array(3) }] })).toThrow(
      /scores match: expected 256 numbers, got 3/,
    );
    expect(withClip({ masks: [{ strategy: 'odd', masked: Uint32Array.of(256) }] })).toThrow(
      /mask odd: expected tokens/,
    );
    expect(withClip({ grid: { slices: 4, rows: 7, columns: 8 } })).toThrow(
      /height: expected a multiple of 7 rows/,
    );
  });

  test('shows the first frame of each slice of a whole clip', () => {
    const clip = madeUpReport().clips![0]!;
    const size = clip.height * clip.width * 3;
    const doubled = new Uint8Array(2 * clip.frames.length);
    for (let slice = 0; slice < clip.grid.slices; slice++)
      doubled.set(clip.frames.subarray(slice * size, (slice + 1) * size), 2 * slice * size);
    const { reconstructions: _, ...plain } = clip;
    const whole = pageOf({ title: 'a', clips: [{ ...plain, frames: doubled }] });
    expect(whole).toBe(pageOf({ title: 'a', clips: [plain] }));
  });

  test('gives a series one colour in every chart and in the table of scores, and dashes to the ninth', () => {
    const swatches = (name: string) =>
      [...text.matchAll(new RegExp(`background:(var\\(--series-\\d\\))"></span>${name}[ <]`, 'g'))].map(
        ([, colour]) => colour,
      );
    expect(swatches('random')).toEqual(Array(3).fill('var(--series-0)')); // scores, two charts
    expect(swatches('text')).toEqual(Array(3).fill('var(--series-1)'));
    expect(swatches('untrained')).toEqual([]);
    const points = [0, 1].map((step) => ({ step, value: step }));
    const series = Array.from({ length: 9 }, (_, number) => ({ name: `line ${number}`, points }));
    const many = pageOf({ title: 'a', plots: [{ title: 'b', series, smooth: false }] });
    expect(many.match(/stroke-dasharray="6 3"/g)?.length).toBe(1);
    expect(swatchesOf(many)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0]);
  });

  test('loads itself anew only where it is asked to', () => {
    expect(page).not.toContain('http-equiv="refresh"');
    expect(pageOf({ title: 'a', refreshSeconds: 7 })).toContain('<meta http-equiv="refresh" content="7"/>');
  });
});

const swatchesOf = (html: string) =>
  [...html.matchAll(/class="swatch" style="background:var\(--series-(\d)\)"/g)].map(([, number]) =>
    Number(number),
  );

describe('writePage', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-report-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('makes the folder and leaves one whole file', async () => {
    const path = join(folder, 'a', 'b', 'page.html');
    expect(await writePage(path, madeUpReport())).toBe(path);
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['page.html']);
    expect(await readFile(path, 'utf8')).toBe(page);
  });

  test('says that a file cannot be written, and leaves the one that is there', async () => {
    const path = join(folder, 'taken');
    await mkdir(path);
    await expect(writePage(path, { title: 'a' })).rejects.toMatchObject({ code: 'FILE_FAILED' });
    await expect(writePage('', { title: 'a' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(await readdir(folder)).not.toContain(`taken.${process.pid}.part`);
  });
});
