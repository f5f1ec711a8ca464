import { gatherJson } from '@tgm/train';
import type { CaptionOptions } from '../captions/caption-section.js';
import { captionSection } from '../captions/caption-section.js';
import { captionTogether } from '../captions/caption-together.js';
import { saveText } from '../config/save-config.js';
import type { DataOptions } from '../data/data-section.js';
import { dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { progress } from '../program/progress.js';
import { warn } from '../program/say.js';
import type { Command } from './command.js';

export const caption: Command = {
  name: 'caption',
  says: 'Describes key frames of videos into a file of captions, by a model of Transformers.js or by a program',
  details: `Example:
  tgm caption videos --out captions.jsonl --revision <commit>
  tgm caption videos --out captions.jsonl --model blip2 --revision 1 -- python3 describe.py
  tgm data videos --captions captions.jsonl

A model of Transformers.js needs the package @huggingface/transformers and is fetched where it is not there. A program reads a
line of JSON for each picture, {"id": 1, "png": "<base64>"}, and answers {"id": 1, "caption": "a dog"}. Stop it at any time and
run it again: what the file has from the same model and revision stays. With --shard 3/16 give each part a file of its own.
Under mpirun each process describes a share, and the file is that of one process.`,
  sections: [dataSection, captionSection],
  positionals: [{ section: 'data', option: 'source', shown: '<videos>' }],
  program: 'caption',
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    // A configuration names the captions for later stages. They may not be there yet.
    const { captions: _, ...data } = sections.data!.values;
    const dataset = await openDataset(data as unknown as DataOptions);
    const options = sections.caption!.values as unknown as CaptionOptions;
    if (collective.rank === 0) await saveText(`${options.out}.config.json`, configText);
    const counts = { described: 0, known: 0, refused: 0 };
    const refused: { id: string; code: string; message: string }[] = [];
    let captions = 0;
    let shown: ReturnType<typeof progress> | undefined;
    for await (const video of captionTogether(dataset, options, collective, signal)) {
      counts[video.kind]++;
      if (video.kind === 'refused') {
        const { id, code, message } = video;
        refused.push({ id, code, message });
        warn(`  refused ${id}: ${code}, ${message}`);
      } else captions += video.captions.length;
      if (video.kind === 'known') continue;
      // What was there says nothing about the speed.
      shown ??= progress('captions', video.total, 'videos', counts.known, process.stderr);
      const last = video.kind === 'described' ? `"${video.captions[0]}"` : '';
      shown.update(video.done, last);
    }
    shown?.end(signal.aborted ? 'stopped; run it again to go on' : '');
    signal.throwIfAborted();
    const shares = (await gatherJson(collective, {
      ...counts,
      captions,
      refused: [...refused],
    })) as unknown as {
      described: number;
      known: number;
      captions: number;
      refused: typeof refused;
    }[];
    const all = shares.reduce((one, other) => ({
      described: one.described + other.described,
      known: one.known + other.known,
      captions: one.captions + other.captions,
      refused: [...one.refused, ...other.refused],
    }));
    const videos = all.described + all.known;
    return {
      json: { out: options.out, videos, ...all },
      text: `${all.captions} captions of ${videos} videos in ${options.out}, ${all.known} of them known before; ${all.refused.length} videos refused`,
    };
  },
};
