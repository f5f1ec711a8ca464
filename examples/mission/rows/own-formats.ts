import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { prepareShards, readCsvManifest, readManifest, readShards, readVideoFolder } from '@tgm/video-io';
import { COUNT, classes, readBack, sortedLabels, written } from '../dataset-files.js';
import { figure } from '../figure.js';
import type { Row } from '../row.js';

/** Formats for videos of one's own. */
export const ownFormatRows: readonly Row[] = [
  {
    name: 'JSONL manifests',
    part: 'data set',
    runs: 'readManifest',
    async run(world) {
      const rows = world.trainRows.slice(0, COUNT);
      const lines = rows.map(({ id, label, captions }) =>
        JSON.stringify({ id, label, captions, path: join(world.videos, `${id}.mp4`) }),
      );
      const at = await written(world, 'manifest', { 'manifest.jsonl': `${lines.join('\n')}\n` });
      return readBack(world, await readManifest(at('manifest.jsonl')), rows);
    },
  },
  {
    name: 'CSV manifests',
    part: 'data set',
    runs: 'readCsvManifest',
    async run(world) {
      const lines = classes.map(
        (name, at) => `${join(world.videos, 'train', `0000${at}.mp4`)},"a ""big"" ${name}",${name}`,
      );
      const at = await written(world, 'csv', { 'manifest.csv': `file,caption,label\n${lines.join('\n')}\n` });
      return readBack(
        world,
        await readCsvManifest(at('manifest.csv')),
        classes.map((name, index) => ({ ...sortedLabels[index], captions: [`a "big" ${name}`] })),
      );
    },
  },
  {
    name: 'folders of videos',
    part: 'data set',
    runs: 'readVideoFolder',
    async run(world) {
      const dataset = await readVideoFolder(join(world.videos, 'test'));
      const samples = await Promise.all(world.testRows.map((_, at) => dataset.at(at)));
      const names = samples.map(({ source }) => basename(source));
      const right = names.join() === world.testRows.map(({ path }) => basename(path)).join();
      return figure(
        `${dataset.length} videos in the order of their names`,
        right,
        'every file once, in order',
      );
    },
  },
  {
    name: 'WebDataset shards',
    part: 'data set',
    runs: 'prepareShards, readShards',
    async run(world) {
      const output = join(world.folder, 'shards');
      const rows = world.testRows;
      const { pool, test: dataset } = world;
      for await (const { report } of prepareShards({ dataset, pool, output, samplesPerShard: 24 })) {
        if (report.refused.length > 0) throw new Error(`refused: ${JSON.stringify(report.refused)}`);
      }
      const tars = (await readdir(output)).filter((name) => name.endsWith('.tar')).sort();
      const shards = tars.map((name) => join(output, name));
      const cached = await readShards(shards, { cache: join(world.folder, 'shard cache') });
      const read = await readBack(world, cached, rows);
      return figure(`${tars.length} tar files; ${read}`, tars.length === 2, '2 shards of 24 samples');
    },
  },
];
