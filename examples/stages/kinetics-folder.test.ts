import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@tgm/cli';
import { videoPool } from '@tgm/video-io';
import { expect, it } from 'vitest';
import { HEIGHT, LENGTH, makeKineticsFolder, WIDTH } from './kinetics-folder.js';

it('makes videos of the class that the published layout gives them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-kinetics-'));
  const pool = videoPool({ workers: 1 });
  try {
    const made: number[] = [];
    const { signal } = new AbortController();
    await makeKineticsFolder({
      ...{ folder, train: 3, validate: 2, seed: 0, signal },
      onVideo: (done) => void made.push(done),
    });
    expect(made).toEqual([1, 2, 3, 4, 5]);
    const [head, first] = (await readFile(join(folder, 'train.csv'), 'utf8')).split('\n');
    expect(head).toBe('label,youtube_id,time_start,time_end,split');
    expect(first).toMatch(/^(red|green|blue|yellow|magenta|cyan),shapes00000,0,10,train$/);
    const dataset = await openDataset({
      ...{ format: 'kinetics', source: join(folder, 'train.csv') },
      ...{ videos: join(folder, 'train'), layout: 'by-class' },
    });
    expect(dataset.length).toBe(3);
    for (let index = 0; index < 3; index++) {
      const { source } = await dataset.at(index);
      const { times, info } = await pool.timeline(source);
      expect([times.length, info.width, info.height]).toEqual([LENGTH, WIDTH, HEIGHT]);
    }
  } finally {
    await pool.close();
    await rm(folder, { recursive: true });
  }
});
