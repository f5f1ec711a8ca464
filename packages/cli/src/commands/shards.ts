import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@tgm/options';
import { gatherJson } from '@tgm/train';
import { prepareShards, videoPool } from '@tgm/video-io';
import { ownPart, partOf } from '../config/part.js';
import { requireOwnOutput } from '../config/require-own-output.js';
import { CONFIG_FILE, saveConfig } from '../config/save-config.js';
import type { DataOptions } from '../data/data-section.js';
import { dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { CliError } from '../program/errors.js';
import { progress } from '../program/progress.js';
import { warn } from '../program/say.js';
import { attachmentsIn } from '../shards/attachments.js';
import { type ShardsOptions, shardsSection, shardsTable } from '../shards/shards-section.js';
import type { Command } from './command.js';

export const shards: Command = {
  name: 'shards',
  says: 'Re-encodes a data set into WebDataset shards that decode fast and whose motion vectors follow the content',
  details: `Example:
  tgm shards videos --output shards --caption "a video"

Tar files that are there with their reports are not made again: stop it at any time and run it again. --shard 3/16 does one
part of the work, wherever there is room, as a Slurm array or an Indexed Job does. Under mpirun each process does a part.
Videos that cannot be read are refused, with the reason in the report beside their tar file.`,
  sections: [dataSection, shardsSection],
  positionals: [{ section: 'data', option: 'source', shown: '<videos>' }],
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    const { shard, threads, attach, ...own } = shardsTable.check(
      sections.shards!.values as unknown as ShardsOptions,
    );
    if (collective.rank === 0)
      await requireOwnOutput('shards', { output: own.output, source: sections.data!.values.source });
    const dataset = await openDataset(sections.data!.values as unknown as DataOptions);
    const part = partOf(ownPart(shard, collective))!;
    const given = { ...own, ...(attach !== undefined && { attach: await attachmentsIn(attach) }) };
    const pool = videoPool({ workers: threads });
    const share: Share = { made: [], refused: [] };
    let shown: ReturnType<typeof progress> | undefined;
    try {
      for await (const each of prepareShards({ dataset, pool, part, signal, ...given })) {
        const { report } = each;
        share.made.push({
          shard: each.shard,
          fresh: each.fresh,
          done: report.done.length,
          refused: report.refused.length,
        });
        const all = Math.ceil((each.shards - part.index) / part.count);
        shown ??= progress('shards', all, 'tar files', each.fresh ? 0 : 1, process.stderr);
        for (const { id, code, message } of report.refused) {
          share.refused.push({ id, code, message });
          if (each.fresh) warn(`  refused ${id}: ${code}, ${message}`);
        }
        shown.update(share.made.length, `${report.done.length} samples in the last`);
      }
    } finally {
      await pool.close();
    }
    shown?.end(signal.aborted ? 'stopped; run it again to go on' : '');
    signal.throwIfAborted();
    const shares = (await gatherJson(collective, share as unknown as Json)) as unknown as Share[];
    const made = shares.flatMap((each) => each.made).sort((a, b) => a.shard - b.shard);
    const refused = shares.flatMap((each) => each.refused);
    // A run that makes nothing leaves the configuration of the one that did.
    const holdsConfig = existsSync(join(own.output, CONFIG_FILE));
    if (collective.rank === 0 && (!holdsConfig || made.some((each) => each.fresh)))
      await saveConfig(own.output, configText);
    const done = made.reduce((sum, each) => sum + each.done, 0);
    if (done === 0 && refused.length > 0) {
      throw new CliError('VIDEOS_INVALID', {
        where: dataset.name,
        expected: 'some readable videos',
        received: `${refused.length} refused and none done`,
      });
    }
    const fresh = made.filter((each) => each.fresh).length;
    return {
      json: { output: own.output, samples: done, refused, shards: made },
      text: `${done} samples in ${made.length} tar files in ${own.output}, ${fresh} of them new; ${refused.length} videos refused`,
    };
  },
};

/** What a process made. */
interface Share {
  readonly made: { shard: number; fresh: boolean; done: number; refused: number }[];
  readonly refused: { id: string; code: string; message: string }[];
}
