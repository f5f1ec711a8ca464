import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captionVideos } from './caption-file.js';
import { readCaptions } from './caption-records.js';
import { type CommandCaptionerOptions, commandCaptioner } from './command-captioner.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-captioner-'));
});
afterAll(() => rm(folder, { recursive: true }));

const frame = (...rgb: number[]) => ({ pixels: Uint8Array.from([...rgb, ...rgb]), height: 2, width: 1 });

/** What each program does with a question. */
const EACH_LINE = `import { createInterface } from 'node:readline';
const say = (answer) => console.log(JSON.stringify(answer));
for await (const line of createInterface({ input: process.stdin })) {
  const { id, png, height, width, video, frame } = JSON.parse(line);
`;
let programs = 0;
/** A captioner by a program of Node. */
async function by(body: string, options: Partial<CommandCaptionerOptions> = {}) {
  const path = join(folder, `${programs++}.mjs`);
  await writeFile(path, body.includes('import ') ? body : `${EACH_LINE}${body}\n}`);
  return commandCaptioner({
    command: process.execPath,
    args: [path],
    ...{ model: 'blip2', revision: 'r', quiet: true },
    ...options,
  });
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as { code: string; message: string },
  );

/** Whether a process is there. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
async function soon(holds: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < 5000 && !holds(); waited += 20) await sleep(20);
  return holds();
}

describe('commandCaptioner', () => {
  it('sends each picture as a PNG, and where it is from', async () => {
    const captioner = await by(`say({ id, caption: [png, height, width, video, frame].join(' ') });`);
    const [png, ...rest] = (await captioner.caption(frame(1, 2, 250), { id: 'a', frame: 7 })).split(' ');
    expect(rest).toEqual(['2', '1', 'a', '7']);
    const bytes = Buffer.from(png!, 'base64');
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    const at = bytes.indexOf('IDAT');
    const rows = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
    expect([...rows]).toEqual([0, 1, 2, 250, 0, 1, 2, 250]);
    await captioner.dispose();
  });

  it('takes answers in any order, many at once', async () => {
    const captioner = await by(`
  (globalThis.all ??= []).push({ id, caption: 'video ' + video });
  if (all.length === 20) for (const answer of all.reverse()) say(answer);`);
    const asked = Array.from({ length: 20 }, (_, at) =>
      captioner.caption(frame(at, 0, 0), { id: `${at}`, frame: 0 }),
    );
    expect(await Promise.all(asked)).toEqual(asked.map((_, at) => `video ${at}`));
    await captioner.dispose();
  });

  it('describes videos for captionVideos', async () => {
    const path = join(folder, 'captions.jsonl');
    const captioner = await by(`say({ id, caption: video + ' at ' + frame });`);
    const videos = ['a', 'b'].map((id) => ({
      id,
      keyFrames: async () => [3, 9].map((at) => ({ frame: at, picture: frame(at, at, at) })),
    }));
    for await (const _ of captionVideos(path, videos, captioner));
    await captioner.dispose();
    expect(await readCaptions(path)).toEqual([
      { id: 'a', captions: ['a at 3', 'a at 9'], frameIndices: [3, 9], model: 'blip2', revision: 'r' },
      { id: 'b', captions: ['b at 3', 'b at 9'], frameIndices: [3, 9], model: 'blip2', revision: 'r' },
    ]);
  });

  it('takes letters of any script, in pieces, and those that end a line elsewhere', async () => {
    const captioner = await by(`
  const bytes = Buffer.from(JSON.stringify({ id, caption: 'ein Hündchen \\u2028 子犬 🐕' }) + '\\n');
  for (let at = 0; at < bytes.length; at += 1) {
    process.stdout.write(bytes.subarray(at, at + 1));
    if (bytes[at] > 127) await new Promise((written) => setTimeout(written, 2));
  }`);
    expect(await captioner.caption(frame(0, 0, 0))).toBe('ein Hündchen \u2028 子犬 🐕');
    await captioner.dispose();
  });

  it('is not started for videos that are known', async () => {
    const captioner = await by('', { command: join(folder, 'nothing') });
    await captioner.dispose();
  });

  it('goes on after a picture that the program failed on', async () => {
    const captioner = await by(
      `say(frame === 1 ? { id, error: 'out of memory' } : { id, caption: 'fine' });`,
    );
    expect(await failure(captioner.caption(frame(0, 0, 0), { id: 'a', frame: 1 }))).toMatchObject({
      code: 'COMMAND_FAILED',
      received: 'out of memory',
    });
    expect(await captioner.caption(frame(0, 0, 0), { id: 'a', frame: 2 })).toBe('fine');
    await captioner.dispose();
  });
});

describe('a program that fails', () => {
  it.each([
    ['is none', '', 'a program that starts'],
    ['cannot be given its words', '', 'a program that starts'],
    [
      'ends early',
      `console.error('no such model'); process.exit(3);`,
      'a program that answers until it is closed',
    ],
    ['is killed', `process.kill(process.pid, 'SIGKILL');`, 'a program that answers until it is closed'],
    ['writes no JSON', `console.log('Loading model ...');`, 'a line with an object of JSON'],
    ['writes another kind of JSON', `console.log('[1]');`, 'a line with an object of JSON'],
    ['forgets the id', `say({ caption: 'a dog' });`, '"id" of a question without an answer: 1'],
    ['makes up an id', `say({ id: 7, caption: 'a dog' });`, '"id" of a question without an answer: 1'],
    ['writes other bytes', `process.stdout.write(Buffer.from([0x22, 0xff, 0x22, 0x0a]));`, 'lines in UTF-8'],
    [
      'writes a caption in Latin-1',
      `process.stdout.write(Buffer.from(JSON.stringify({ id, caption: 'café' }) + '\\n', 'latin1'));`,
      'lines in UTF-8',
    ],
    ['says no caption', `say({ id });`, '"caption", a text, or "error"'],
    ['is silent', ``, 'an answer within 0.3 s'],
  ])('%s', async (name, body, expected) => {
    const captioner = await by(body, {
      ...(name === 'is none' && { command: join(folder, 'nothing') }),
      ...(name === 'cannot be given its words' && { args: ['a\0b'] }),
      ...(name === 'is silent' && { answerSeconds: 0.3 }),
    });
    const error = await failure(captioner.caption(frame(0, 0, 0)));
    expect(error).toMatchObject({ code: 'COMMAND_FAILED', expected: expect.stringContaining(expected) });
    if (name === 'ends early') {
      expect(error!.message).toContain('its end with code 3');
      expect(error!.message).toContain('Its standard error ends with: no such model');
    }
    // No question is answered any more, at once.
    const ended = name !== 'says no caption' && name !== 'cannot be given its words';
    if (ended) expect(await failure(captioner.caption(frame(0, 0, 0)))).toBe(error);
    await captioner.dispose();
  });

  it('of a folder that is not there says so, and blames no program', async () => {
    for (const cwd of [join(folder, 'nothing'), join(folder, '0.mjs')]) {
      const captioner = await by(`say({ id, caption: 'a dog' });`, { cwd });
      expect(await failure(captioner.caption(frame(0, 0, 0)))).toMatchObject({
        code: 'COMMAND_FAILED',
        received: `no folder "${cwd}", the option cwd`,
      });
    }
  });

  it('fails all that wait for it', async () => {
    const captioner = await by(`if (id === 3) process.exit(1);`);
    const asked = [1, 2, 3].map(() => failure(captioner.caption(frame(0, 0, 0))));
    expect(new Set((await Promise.all(asked)).map((error) => error!.code))).toEqual(
      new Set(['COMMAND_FAILED']),
    );
    await captioner.dispose();
  });

  it('keeps a video without its captions out of the file', async () => {
    const path = join(folder, 'failed.jsonl');
    const captioner = await by(`if (video === 'b') process.exit(1); say({ id, caption: 'a dog' });`);
    const videos = ['a', 'b'].map((id) => ({
      id,
      keyFrames: async () => [{ frame: 0, picture: frame(0, 0, 0) }],
    }));
    const run = async () => {
      for await (const _ of captionVideos(path, videos, captioner));
    };
    expect(await failure(run())).toMatchObject({ code: 'COMMAND_FAILED' });
    await captioner.dispose();
    expect((await readCaptions(path)).map(({ id }) => id)).toEqual(['a']);
  });

  it('is refused a picture of another size', async () => {
    const captioner = await by(`say({ id, caption: 'a dog' });`);
    expect(await failure(captioner.caption({ ...frame(0, 0, 0), width: 2 }))).toMatchObject({
      code: 'INPUT_SHAPE',
    });
  });
});

describe('no process is left', () => {
  const withChild = `import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
process.on('SIGTERM', () => {});
setInterval(() => {}, 1000);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, frame } = JSON.parse(line);
  if (frame !== 1) console.log(JSON.stringify({ id, caption: process.pid + ' ' + child.pid }));
}`;
  const pidsOf = (caption: string) => caption.split(' ').map(Number);

  it('of a program that ends when its input does', async () => {
    const captioner = await by(`say({ id, caption: String(process.pid) });`);
    const pid = Number(await captioner.caption(frame(0, 0, 0)));
    expect(runs(pid)).toBe(true);
    await captioner.dispose();
    expect(await soon(() => !runs(pid))).toBe(true);
    expect(await failure(captioner.caption(frame(0, 0, 0)))).toMatchObject({ code: 'COMMAND_FAILED' });
  });

  it.skipIf(process.platform === 'win32')('of one that hears nothing, nor of what it started', async () => {
    const captioner = await by(withChild, { answerSeconds: 1 });
    const pids = pidsOf(await captioner.caption(frame(0, 0, 0)));
    expect(pids.map(runs)).toEqual([true, true]);
    expect(await failure(captioner.caption(frame(0, 0, 0), { id: 'a', frame: 1 }))).toMatchObject({
      code: 'COMMAND_FAILED',
      received: 'none',
    });
    await captioner.dispose();
    expect(await soon(() => !pids.some(runs))).toBe(true);
  });

  it('where a run is killed: its input ends', async () => {
    const path = join(folder, 'killed');
    await writeFile(join(folder, 'hears.mjs'), `${EACH_LINE}  say({ id, caption: String(process.pid) });\n}`);
    const program = `
import { writeFileSync } from 'node:fs';
import { commandCaptioner } from ${JSON.stringify(join(import.meta.dirname, '../../dist/index.js'))};
const captioner = commandCaptioner({ command: process.execPath, args: [${JSON.stringify(join(folder, 'hears.mjs'))}],
  model: 'm', revision: 'r' });
writeFileSync(${JSON.stringify(path)}, await captioner.caption({ pixels: new Uint8Array(3), height: 1, width: 1 }));
process.kill(process.pid, 'SIGKILL');`;
    await writeFile(join(folder, 'is-killed.mjs'), program);
    const run = promisify(execFile)(process.execPath, [join(folder, 'is-killed.mjs')], { timeout: 30_000 });
    await expect(run).rejects.toMatchObject({ signal: 'SIGKILL' });
    const pid = Number(await readFile(path, 'utf8'));
    expect(await soon(() => !runs(pid))).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'where a run ends without dispose, which nothing waits for',
    async () => {
      const path = join(folder, 'pids');
      await writeFile(join(folder, 'hears-nothing.mjs'), withChild);
      const program = `
import { writeFileSync } from 'node:fs';
import { commandCaptioner } from ${JSON.stringify(join(import.meta.dirname, '../../dist/index.js'))};
const captioner = commandCaptioner({ command: process.execPath, args: [${JSON.stringify(join(folder, 'hears-nothing.mjs'))}],
  model: 'm', revision: 'r' });
const picture = { pixels: new Uint8Array(3), height: 1, width: 1 };
writeFileSync(${JSON.stringify(path)}, await captioner.caption(picture));`;
      await writeFile(join(folder, 'forgets.mjs'), program);
      await promisify(execFile)(process.execPath, [join(folder, 'forgets.mjs')], { timeout: 30_000 });
      const pids = pidsOf(await readFile(path, 'utf8'));
      expect(await soon(() => !pids.some(runs))).toBe(true);
    },
  );
});
