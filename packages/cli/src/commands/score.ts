import type { Json } from '@tgm/options';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { gatherJson, type LeftOutSample, openScores, TrainError } from '@tgm/train';
import { ownPart, partOf } from '../config/part.js';
import { requireOwnOutput } from '../config/require-own-output.js';
import { saveConfig } from '../config/save-config.js';
import { type DataOptions, dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { bytesText } from '../plan/plan-text.js';
import { freeBytes } from '../program/free-bytes.js';
import { progress } from '../program/progress.js';
import { warn } from '../program/say.js';
import { ownCores } from '../ranks/own-cores.js';
import { type ScoreConfig, scoreSection } from '../scores/score-section.js';
import { scoreVideos } from '../scores/score-videos.js';
import type { StoreEstimate } from '../scores/store-estimate.js';
import { openTeacher } from '../teacher/open-teacher.js';
import { type TeacherOptions, teacherSection } from '../teacher/teacher-section.js';
import type { Command } from './command.js';

export const score: Command = {
  name: 'score',
  says: 'Scores frames against captions by a CLIP, so that pre-training masks by captions without one',
  details: `Examples:
  tgm score videos --captions captions.jsonl --output scores --clip clip-vit-base-patch32
  tgm score videos --captions captions.jsonl --output scores --shard 3/16

The size is told before anything is written. Files that are there are not made again: stop it at any time and run it again.
--shard 3/16 does one part of the work, wherever there is room. Videos that cannot be read or have no caption are left out, with the
reason in the JSON file beside the scores. Under mpirun each process does a part.
A folder of other captions, frames or another CLIP is refused.`,
  sections: [dataSection, teacherSection, scoreSection],
  positionals: [{ section: 'data', option: 'source', shown: '<videos>' }],
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    const { device, ...options } = sections.score!.values as unknown as Required<ScoreConfig>;
    const { output, shard } = options;
    const isFirst = collective.rank === 0;
    if (isFirst) await requireOwnOutput('score', { output, source: sections.data!.values.source });
    const dataset = await openDataset(sections.data!.values as unknown as DataOptions);
    const free = await freeBytes(output);
    const engine = await onnxEngine({ device, threads: await ownCores(collective) });
    try {
      const teacher = await openTeacher(sections.teacher!.values as TeacherOptions, engine);
      try {
        warn(teacher.says);
        let estimate: StoreEstimate | undefined;
        let shown: ReturnType<typeof progress> | undefined;
        // Of this run: those that are done, and those of them with scores.
        let [done, fresh] = [0, 0];
        const own = { ...options, shard: ownPart(shard, collective) };
        const written = await scoreVideos(dataset, teacher.encoder, own, {
          signal,
          onEstimate(found) {
            estimate = found;
            warn(estimateText(found, dataset.length, free));
          },
          onProgress(at) {
            fresh += at.fresh - done - (at.fresh > done ? at.leftOut.length : 0);
            done = at.fresh;
            for (const { id, code, message } of at.leftOut) warn(`  left out ${id}: ${code}, ${message}`);
            if (done === 0) return;
            // What was there says nothing about the speed.
            shown ??= progress('scores', at.total, 'videos', at.done - 1, process.stderr);
            shown.update(at.done);
          },
        }).finally(() => shown?.end(signal.aborted ? 'stopped; run it again to go on' : ''));
        if (isFirst) await saveConfig(output, configText);
        const shares = await gatherJson(collective, { ...written, fresh } as unknown as Json);
        const { count, leftOut, shards, fresh: all } = sumOf(shares as unknown as Share[]);
        const isWhole = partOf(ownPart(shard, collective))!.count === 1 || (await hasAllShards(output));
        const rest = isWhole ? '' : '; the other parts are not done yet';
        return {
          json: {
            ...{ output, videos: count, fresh: all, leftOut, shards, isWhole },
            ...{ teacher: teacher.name, estimate },
          },
          text: `scores of ${count} videos in ${output}, ${all} of them new; ${leftOut.length} left out${rest}`,
        };
      } finally {
        await teacher.dispose();
      }
    } finally {
      await engine.dispose();
    }
  },
};

/** What a process wrote of its share. */
interface Share {
  readonly shards: number;
  readonly count: number;
  readonly fresh: number;
  readonly leftOut: readonly LeftOutSample[];
}

const sumOf = (shares: readonly Share[]): Share =>
  shares.reduce((one, other) => ({
    shards: one.shards + other.shards,
    count: one.count + other.count,
    fresh: one.fresh + other.fresh,
    leftOut: [...one.leftOut, ...other.leftOut],
  }));

function estimateText(
  { bytes, framesToScore, videos }: StoreEstimate,
  length: number,
  free?: number,
): string {
  const about = videos < length ? `about ${bytesText(bytes)}, judged by ${videos} videos` : bytesText(bytes);
  const frames = `${framesToScore.toLocaleString('en')} frames to score`;
  const room =
    free === undefined ? '' : `; ${bytesText(free)} free${free < bytes ? ', which is too little' : ''}`;
  return `  ${length.toLocaleString('en')} videos, ${frames}: ${about}${room}`;
}

/** Whether the shards of all parts are there. */
const hasAllShards = (folder: string): Promise<boolean> =>
  openScores(folder).then(
    () => true,
    (error: unknown) => {
      if (error instanceof TrainError && error.code === 'SCORES_MISSING') return false;
      throw error;
    },
  );
