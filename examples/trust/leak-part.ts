import * as tf from '@tensorflow/tfjs';
import { progress } from '@tgm/cli/program';
import { representation } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import type { Params } from '@tgm/models';
import type { TextTable } from '@tgm/report';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { clipExamples, leakage, withCues } from '@tgm/train';
import { ACTIONS } from '../moving-shapes/index.js';
import { demoModel } from '../start/demo-model.js';
import { oneLabel } from '../start/one-label.js';
import { TRAINING } from '../start/settings.js';
import { type LeakClip, type LeakClips, leakClips } from './leak-clips.js';
import { LEAK_MASKS, type LeakMask } from './leak-masks.js';
import { bagOfWords } from './leak-words.js';
import type { TrustPart, TrustRow, TrustWork } from './part.js';

/** What captions are to the contrastive term. */
const TEXTS = {
  'tiny CLIP': 'knows colours and shapes',
  words: 'a bag of words, which knows actions too',
} as const;
type Text = keyof typeof TEXTS;

/** What the masks of a strategy tell of captions, and what an encoder is worth that has seen nothing else. */
interface LeakRow extends TrustRow {
  readonly table: 'leak';
  readonly mask: string;
  readonly text: Text;
  /** With its 95 % interval. */
  readonly bits: number;
  readonly low: number;
  readonly high: number;
  /** In nats, in batches of `batchSize`. */
  readonly loss: number;
  readonly baseline: number;
  readonly batchSize: number;
  /** Held-out clips. */
  readonly clips: number;
  readonly steps: number;
  /** Accuracy of a linear probe on unmasked real clips, in per cent: trained on grey clips, and untrained. */
  readonly probe: number;
  readonly untrained: number;
}

const BATCH = 64;
const QUICK_STEPS = 2;
const CLIPS_PER_PASS = 32;

/** How much of a caption contrast reads off masks without a pixel. */
export const leakPart = (masks: readonly LeakMask[] = LEAK_MASKS): TrustPart => ({
  name: 'leak',
  note: 'what masks tell of the captions to a contrastive term that sees grey clips',
  async measure(work) {
    const clips = await leakClips(work);
    const jobs = masks.flatMap((mask) =>
      (Object.keys(TEXTS) as Text[]).map((text) => ({ mask, text, at: `${mask.name}, ${text}` })),
    );
    const rows: LeakRow[] = [];
    let untrained: Promise<number> | undefined;
    const shown = progress('train on grey clips', jobs.length, 'runs', 0, process.stderr);
    const measure = async (engine: Engine): Promise<void> => {
      const probe = probeOf(engine, work, clips);
      for (let job = jobs.shift(); job && !work.signal.aborted; job = jobs.shift()) {
        untrained ??= probeUntrained(probe, work);
        // It is awaited behind the training. Avoids an unhandled rejection until then.
        untrained.catch(() => undefined);
        const row = await measureLeak(job.mask, job.text, engine, work, clips, probe, untrained);
        work.tell(row);
        rows.push(row);
        shown.update(rows.length, `${job.at}: ${row.bits.toFixed(2)} bits`);
      }
    };
    // Runs of a small model side by side on one core each take less time than one after the other on all.
    const engines = await Promise.all(
      Array.from({ length: Math.min(work.workers, jobs.length) }, () => onnxEngine({ threads: 1 })),
    );
    // An engine that computes must not be disposed: all end before any error is told.
    const ended = await Promise.allSettled(
      engines.map((engine) =>
        measure(engine).finally(() => {
          jobs.length = 0;
          return engine.dispose();
        }),
      ),
    );
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
    work.signal.throwIfAborted();
    shown.end();
    return { tables: [leakTable(masks, rows)] };
  },
});

async function measureLeak(
  { name, masking }: LeakMask,
  text: Text,
  engine: Engine,
  { seed, quick, signal }: TrustWork,
  { train, test }: LeakClips,
  probe: Probe,
  untrained: Promise<number>,
): Promise<LeakRow> {
  const embed = text === 'words' ? bagOfWords(captionsOf(train)) : undefined;
  const steps = quick ? QUICK_STEPS : TRAINING.steps;
  const batchSize = Math.min(BATCH, test.length);
  const model = demoModel();
  const { params, ...measured } = await leakage({
    ...{ engine, model, masking, steps, batchSize, seed, signal },
    trainingBatchSize: TRAINING.batchSize,
    examples: examplesOf(train, embed),
    heldOut: examplesOf(test, embed),
  });
  try {
    const row = { table: 'leak', mask: name, text, ...measured, batchSize, steps } as const;
    return { ...row, probe: await probe(params), untrained: await untrained };
  } finally {
    tf.dispose(params as tf.NamedTensorMap);
  }
}

const captionsOf = (clips: readonly LeakClip[]): string[] =>
  clips.flatMap(({ captions }) => captions.map(({ caption }) => caption));

function examplesOf(clips: readonly LeakClip[], embed: ((caption: string) => Float32Array) | undefined) {
  const attention = new Map(clips.map((clip) => [clip.sample.id, clip.attention]));
  const captioned = clips.map((clip) => ({
    ...clip,
    captions: clip.captions.map((caption) => ({
      ...caption,
      embedding: embed?.(caption.caption) ?? caption.embedding,
    })),
  }));
  return withCues(clipExamples(captioned), {
    describe: () => ({ is: 'attention of the class token' }),
    of: ({ id }) => ({ attention: attention.get(id)! }),
  });
}

type Probe = (params: Params) => Promise<number>;

/** Accuracy of the linear probe on unmasked test clips, in per cent. */
function probeOf(engine: Engine, { seed }: TrustWork, { train, test }: LeakClips): Probe {
  const labelled = (clips: readonly LeakClip[]) => ({
    clips: clips.map(({ frames }) => frames),
    labels: clips.map(({ sample }) => oneLabel(sample)!),
  });
  const evaluator = representation({
    ...{ engine, seed, model: demoModel(), batchSize: CLIPS_PER_PASS, classes: ACTIONS.length },
    train: labelled(train),
    test: labelled(test),
  });
  return async (params) => (await evaluator.evaluate(params))['probe/top1']!;
}

async function probeUntrained(probe: Probe, { seed }: TrustWork): Promise<number> {
  const params = demoModel().init(seededRandom(seed, 'init'));
  try {
    return await probe(params);
  } finally {
    tf.dispose(params as tf.NamedTensorMap);
  }
}

function leakTable(masks: readonly LeakMask[], rows: readonly LeakRow[]): TextTable {
  const { clips, batchSize, steps, untrained } = rows[0]!;
  const texts = Object.keys(TEXTS) as Text[];
  const cellsOf = (mask: string, text: Text): (string | undefined)[] => {
    const row = rows.find((each) => each.mask === mask && each.text === text);
    if (!row) return [undefined, undefined];
    const { bits, low, high, probe } = row;
    return [`${bits.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`, probe.toFixed(1)];
  };
  return {
    title: 'What masks tell of the captions',
    lead: `Bits of the caption that contrast reads on ${clips} held-out clips whose every pixel is grey, with their 95 % interval, in batches of ${batchSize}, after ${steps} steps of the demo; 0 is guessing. Beside it the linear probe of that encoder on real clips, in per cent; the untrained one has ${untrained.toFixed(1)}.`,
    columns: ['mask', ...texts.flatMap((text) => [`${text}, bits`, 'probe'])],
    rows: masks.map(({ name, note }) => ({
      name,
      ...(note === undefined ? {} : { note }),
      cells: texts.flatMap((text) => cellsOf(name, text)),
    })),
    notes: [texts.map((text) => `${text}: ${TEXTS[text]}.`).join(' ')],
  };
}
