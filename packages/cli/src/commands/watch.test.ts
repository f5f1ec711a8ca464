import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';
import type { Serving } from '../watch/serve-loopback.js';
import { watchRuns } from '../watch/watch-runs.js';

const BEGIN = { type: 'begin', step: 0, steps: 8, description: { optimizer: { is: 'adamW' } } };
const STEP = { type: 'step', steps: 8, figures: {}, learningRate: 0.001, clipsPerSecond: 8, replaced: [] };
const steps = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...STEP,
    ...{ step: index + 1, total: 0.25, terms: { reconstruction: 0.25 }, seconds: 0.5 },
  }));
const END = { type: 'end', step: 8, reason: 'completed' };
const PAGE = '<!doctype html><p>the page of the run itself</p>';

let root: string;
let folder: string;
let count = 0;
let serving: Serving | undefined;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-watch-'));
  await writeFile(join(root, 'report.html'), 'a secret beside the runs');
});
beforeEach(async () => {
  folder = join(root, `runs-${count++}`);
  await mkdir(folder);
});
afterEach(async () => {
  await serving?.close();
  serving = undefined;
});
afterAll(() => rm(root, { recursive: true }));

/** Writes a run's log as `jsonlSink` does. @param minutesAgo when it told something last. */
async function writeLog(name: string, events: readonly object[], minutesAgo = 0): Promise<void> {
  const log = join(folder, name, 'events.jsonl');
  await mkdir(join(folder, name), { recursive: true });
  const time = new Date(Date.now() - 60_000 * minutesAgo);
  await writeFile(log, events.map((event) => `${JSON.stringify({ ...event, time })}\n`).join(''));
  await utimes(log, time, time);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Asks as it is written: `fetch` would tidy the path up, and lets no Host through. */
function ask(path: string, options: { method?: string; headers?: object; host?: string } = {}) {
  const { port } = new URL(serving!.url);
  return new Promise<Answer>((done, fail) => {
    request({ host: '127.0.0.1', port, path, ...options } as object, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', fail)
      .end();
  });
}

const watched = async (run = folder) => {
  serving = await watchRuns({ run, port: 0 });
};

describe('the page of a run', () => {
  it('is made of its log as it stands, and loads itself anew until the run has ended', async () => {
    await writeLog('', [BEGIN, ...steps(2)]);
    await watched();
    const running = await ask('/');
    expect(running.status).toBe(200);
    expect(running.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(running.text).toContain('The run goes on: step 2 of 8, 25 %, about 3 s to go.');
    expect(running.text).toContain('http-equiv="refresh"');
    expect(running.text).toContain('adamW');
    await writeLog('', [BEGIN, ...steps(8), END]);
    const ended = await ask('/');
    expect(ended.text).toContain('The run has ended (completed): step 8 of 8');
    expect(ended.text).not.toContain('http-equiv="refresh"');
  });

  it('is the one that the run writes, but where the run broke off', async () => {
    await writeLog('', [BEGIN, ...steps(2)]);
    await writeFile(join(folder, 'report.html'), PAGE);
    await watched();
    expect((await ask('/')).text).toBe(PAGE);
    await writeLog('', [BEGIN, ...steps(2)], 30);
    expect((await ask('/')).text).toContain('The run has not told its end: step 2 of 8');
    await writeLog('', [BEGIN, ...steps(8), END], 30);
    expect((await ask('/')).text).toBe(PAGE);
  });

  it('waits longer for a run whose steps are long', async () => {
    const [step] = steps(1);
    await writeLog('', [BEGIN, { ...step, seconds: 600 }], 30);
    await watched();
    expect((await ask('/')).text).toContain('The run goes on');
  });

  it('of a log that was torn by a kill, or has none of its events yet, is there too', async () => {
    await writeLog('', [BEGIN, ...steps(3)]);
    await writeFile(join(folder, 'events.jsonl'), '{"type":"step","step":4,"ste', { flag: 'a' });
    await watched();
    expect((await ask('/')).text).toContain('step 3 of 8');
    await writeFile(join(folder, 'events.jsonl'), '');
    expect((await ask('/')).status).toBe(200);
  });
});

describe('a folder of runs', () => {
  it('is a list that leads to each, the last one heard of first', async () => {
    await writeLog('first', [BEGIN, ...steps(8), END], 90);
    await writeLog('all/text', [BEGIN, ...steps(1)], 0);
    await writeLog('all/random', [BEGIN, ...steps(5)], 30);
    const failed = { type: 'failed', code: 'NO_NEGATIVES', message: 'expected different captions' };
    await writeLog('broken', [BEGIN, ...steps(2), failed], 45);
    const odd = '<img src=x> 100% #1?';
    await mkdir(join(folder, odd));
    await writeFile(join(folder, odd, 'report.html'), PAGE);
    await watched();
    const { text } = await ask('/');
    const rows = [...text.matchAll(/<a href="([^"]*)">([^<]*)<\/a><\/th>(.*?)<\/tr>/gs)];
    const told = rows.map(([, , name, cells]) => [
      name,
      ...cells!
        .replace(/<[^>]*>/g, ' ')
        .trim()
        .split(/\s{2,}/),
    ]);
    expect(told.filter(([name]) => !name!.includes('img'))).toMatchObject(
      [
        ['all/text', '1 of 8', 'goes on', /^\d s ago$/],
        ['all/random', '5 of 8', 'has not told its end', '30 min ago'],
        ['broken', '2 of 8', 'failed: NO_NEGATIVES', '45 min ago'],
        ['first', '8 of 8', 'completed', '90 min ago'],
      ].map((cells) => cells.map((cell) => (cell instanceof RegExp ? expect.stringMatching(cell) : cell))),
    );
    expect(text).not.toContain('<img');
    for (const [, address] of rows) {
      const answer = await ask(address!.replaceAll('&#39;', "'"));
      expect(answer.status, address).toBe(200);
    }
    expect((await ask(`/run/${encodeURIComponent(odd)}`)).text).toBe(PAGE);
    expect((await ask('/run/broken')).text).toContain(
      'The run has failed: step 2 of 8, 25 %. expected different captions',
    );
  });

  it('says so where there is none yet, and shows one that comes', async () => {
    await watched();
    expect((await ask('/')).text).toContain('There is none yet');
    await writeLog('new', [BEGIN, ...steps(1)]);
    expect((await ask('/')).text).toContain('The run goes on: step 1 of 8');
  });
});

describe('what is served', () => {
  beforeEach(async () => {
    await writeLog('a', [BEGIN]);
    await writeLog('b', [BEGIN]);
    await writeFile(join(folder, 'a', 'model.safetensors'), 'weights');
    await watched();
  });

  it.each([
    '/run/..',
    '/run/../report.html',
    '/run/%2e%2e/report.html',
    '/run/..%2f',
    '/run/a/..',
    '/run/a/model.safetensors',
    '/run/a/events.jsonl',
    '/../../etc/passwd',
    '//etc/passwd',
    '/run/',
    '/run',
    '/run/a%00',
    '/run/%',
    '*',
  ])('is nothing at %s', async (path) => {
    const { status, text } = await ask(path);
    expect(status).toBe(404);
    expect(text).toBe('There is no such run.');
  });

  it('is nothing to pages of others, by whatever name they come here', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.', '0.0.0.0'])
      expect(await ask('/', { headers: { host } }), host).toMatchObject({
        status: 403,
        text: expect.not.stringContaining('events'),
      });
    for (const host of ['localhost:8888', '127.0.0.1', 'LOCALHOST:1'])
      expect(await ask('/', { headers: { host } }), host).toMatchObject({ status: 200 });
    expect((await ask('/')).headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
  });

  it('can only be read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await ask('/', { method })).status, method).toBe(405);
    expect(await ask('/run/a', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('is not to be had from other machines', async () => {
    const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const host = others.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    if (host !== undefined) await expect(ask('/', { host })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('tgm watch', { timeout: 60_000 }, () => {
  it('tells its address, and ends at Ctrl-C', async () => {
    await writeLog('', [BEGIN, ...steps(2)]);
    let page: Promise<string> | undefined;
    const ended = await runTgm(['watch', folder, '--port', '0', '--json'], {
      cwd: root,
      onOutput: (text, kill) => {
        if (!text.endsWith('\n')) return;
        page = fetch(JSON.parse(text).url)
          .then((answer) => answer.text())
          .finally(() => kill('SIGINT'));
      },
    });
    expect(await page).toContain('The run goes on: step 2 of 8');
    expect(ended).toMatchObject({
      code: 130,
      stdout: expect.stringMatching(/^\{"url":"[^"]*","runs":\[""\]\}\n$/),
    });
  });

  it('says which port is taken, and what is no folder', async () => {
    await watched();
    const { port } = new URL(serving!.url);
    const taken = await runTgm(['watch', folder, '--port', port], { cwd: root });
    expect(taken).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/EADDRINUSE.*--port; 0 takes.*PORT_TAKEN/s),
    });
    const none = await runTgm(['watch', 'nowhere', '--port', '0'], { cwd: root });
    expect(none).toMatchObject({ code: 64, stderr: expect.stringContaining('INPUT_INVALID') });
  });
});
