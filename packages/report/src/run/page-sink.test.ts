import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageSink } from './page-sink.js';
import { beginEvent, stepEvent } from './run-events.test-support.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-sink-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (path: string) => readFile(path, 'utf8');
const REFRESH = 'http-equiv="refresh"';

describe('pageSink', () => {
  it('writes the page again while the run goes on, and a last time when it ends', async () => {
    const path = join(folder, 'new', 'report.html');
    const sink = pageSink({ path, title: 'A run', everySeconds: 0 });
    await sink.write(beginEvent(0));
    expect(await read(path)).toContain('The run goes on: step 0 of 8, 0 %.');
    for (const step of [1, 2]) await sink.write(stepEvent(step));
    const running = await read(path);
    expect(running).toContain('The run goes on: step 2 of 8, 25 %, about 3 s to go.');
    expect(running).toContain(`${REFRESH} content="2"`);
    await sink.write({ type: 'end', reason: 'completed', step: 8 });
    await sink.close();
    const ended = await read(path);
    expect(ended).toContain('The run has ended (completed)');
    expect(ended).not.toContain(REFRESH);
    expect(await readdir(join(folder, 'new'))).toEqual(['report.html']);
  });

  it('leaves the page alone between two writings, and ends the page of a run that broke off', async () => {
    const path = join(folder, 'rare.html');
    const sink = pageSink({ path, title: 'A run', everySeconds: 3600 });
    await sink.write(beginEvent(0));
    const first = await stat(path);
    await sink.write(stepEvent(1));
    expect((await stat(path)).mtimeMs).toBe(first.mtimeMs);
    expect(await read(path)).toContain(`${REFRESH} content="3600"`);
    await sink.close();
    expect(await read(path)).toContain('The run has not told its end: step 1 of 8');
    expect(await read(path)).not.toContain(REFRESH);
  });

  it('goes on with the curves of earlier parts, and shows what the caller adds', async () => {
    const path = join(folder, 'resumed.html');
    const sink = pageSink({
      ...{ path, title: 'A run', everySeconds: 0 },
      before: [beginEvent(0), ...[1, 2, 3, 4].map((step) => stepEvent(step))],
      add: async (report) => ({
        ...report,
        stages: [{ name: 'train', seconds: report.plots![1]!.series[0]!.points.length }],
      }),
    });
    await sink.write(beginEvent(3));
    await sink.write(stepEvent(4));
    expect(await read(path)).toContain('<th scope="row">train</th><td>4 s</td>'); // points 1, 2, 3 and the new 4
    await sink.close();
  });

  it('writes nothing where nothing was told, and rejects where it cannot write', async () => {
    const none = pageSink({ path: join(folder, 'none.html'), title: 'A run' });
    await none.close();
    expect(await readdir(folder)).not.toContain('none.html');
    const sink = pageSink({ path: join(folder, 'resumed.html', 'in-a-file.html'), title: 'A run' });
    await expect(sink.write(beginEvent(0))).rejects.toMatchObject({ code: 'FILE_FAILED' });
    expect(() => pageSink({ path: 'a.html', title: '' })).toThrow(/option title/);
  });
});
