import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { madeUpReport } from './made-up-report.js';
import { reportPage, writeReport } from './write-report.js';

const page = reportPage(madeUpReport());

/** Without the pictures, whose base64 may spell anything. */
const withoutPictures = (html: string) => html.replace(/data:image\/png;base64,[A-Za-z0-9+/=]+/g, 'picture');
const text = withoutPictures(page);

/** Names of the elements; throws where tags do not pair up, quotes are missing or a character is loose. */
function elements(html: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const body = html.replace(/^<!doctype html>\n/, '').replace(/(<style>)[^<]*(<\/style>)/, '$1$2');
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)(\/?)>/gi)) {
    const between = body.slice(end, match.index);
    if (/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.test(between))
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

describe('reportPage', () => {
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
    const everywhere = reportPage({
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
    const bare = reportPage({ title, started, seconds, command, settings, facts, stages });
    elements(bare);
    for (const heading of ['What the features are worth', 'Training', 'Clips', 'Skipped files']) {
      expect(bare).not.toContain(heading);
    }
    const clip = madeUpReport().clips![0]!;
    const { id, height, width, slices, rows, columns, frames } = clip;
    const framesOnly = reportPage({
      title,
      started,
      seconds,
      command,
      settings,
      facts,
      stages,
      clips: [{ id, height, width, slices, rows, columns, frames }],
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
    const broken = { title: 'Broken', smooth: true, series: [{ name: 'a', colour: 'red', points }] };
    const half = {
      ...broken,
      title: 'Half',
      series: [{ name: 'a', colour: 'red', points: [...points, { step: 2, value: 3 }] }],
    };
    const drawn = withoutPictures(reportPage({ ...report, plots: [broken, half] }));
    expect(drawn).not.toContain('Broken');
    expect(drawn).toContain('Half');
    expect(drawn).not.toContain('NaN');
  });

  test('refuses frames of another size', () => {
    const report = madeUpReport();
    const clip = { ...report.clips![0]!, frames: new Uint8Array(3) };
    expect(() => reportPage({ ...report, clips: [clip] })).toThrow(
      /Clip "clip-0": frames need 49152 numbers, 3 came/,
    );
  });
});

test('writeReport makes the folder and leaves one whole file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-report-'));
  try {
    const path = await writeReport(join(folder, 'a', 'b'), madeUpReport());
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['report.html']);
    expect(await readFile(path, 'utf8')).toBe(page);
  } finally {
    await rm(folder, { recursive: true });
  }
});
