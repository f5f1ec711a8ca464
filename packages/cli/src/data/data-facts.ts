import { stat } from 'node:fs/promises';
import { optional, optionTable, wholeNumber } from '@tgm/options';
import { type OpenedDataset, sampleAt, VideoError, type VideoSample, videoPool } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { type LabelCounts, labelCounts } from './label-counts.js';
import { type Spread, spreadOf } from './spread.js';

export interface DataFactsOptions {
  /** Videos that are opened, evenly spread over the data set, for durations, sizes and codecs. Default 200; 0: none. */
  readonly probe?: number;
  /** Threads that open them. Default 2. */
  readonly threads?: number;
}

/** What a data set holds, for people and machines. */
export interface DataFacts {
  readonly samples: number;
  /** Files that the samples are of: fewer where samples are sections. */
  readonly videos: number;
  readonly missing: Listed;
  readonly captions: {
    readonly count: number;
    readonly different: number;
    /** Samples without one. */
    readonly without: Listed;
    /** Words of a caption. */
    readonly words: Spread | undefined;
  };
  /** By the name of a label, `label` where samples have one alone; empty where no sample has one. */
  readonly labels: Readonly<Record<string, LabelCounts>>;
  /** Rows of the annotations, and files of a folder, that are in no sample. */
  readonly leftOut: { readonly rows: number; readonly files: number };
  readonly probed: {
    readonly videos: number;
    readonly unreadable: Listed;
    /** Seconds of a sample: of its section where it has one. */
    readonly seconds: Spread | undefined;
    /** Hours of the whole data set: exact where all samples have sections or were opened, else by the mean of those. */
    readonly hours: number | undefined;
    readonly hoursExact: boolean;
    /** How many have each: `320x240`, `h264`, `25`. */
    readonly sizes: Readonly<Record<string, number>>;
    readonly codecs: Readonly<Record<string, number>>;
    readonly fps: Readonly<Record<string, number>>;
  };
}

/** How many, and the first of them. */
export interface Listed {
  readonly count: number;
  readonly first: readonly string[];
}

const LISTED = 10;

export const dataFactsTable = optionTable(
  'dataFacts',
  {
    probe: optional(wholeNumber({ from: 0 }), 200),
    threads: optional(wholeNumber({ from: 1 }), 2),
  } satisfies Record<keyof DataFactsOptions, unknown>,
  CliError,
);

/**
 * Counts what a data set holds: each sample is read once, each file is looked for, and some videos are opened.
 *
 * @param onSample hears how many samples are counted.
 * @throws CliError `OPTION_INVALID`; what the data set throws.
 */
export async function dataFacts(
  dataset: OpenedDataset,
  options: DataFactsOptions = {},
  signal?: AbortSignal,
  onSample: (counted: number) => void = () => undefined,
): Promise<DataFacts> {
  const { probe, threads } = dataFactsTable.check(options);
  const [missing, without] = [listed(), listed()];
  const sources = new Map<string, boolean>();
  const different = new Set<string>();
  const words: number[] = [];
  const labels = labelCounts(dataset.classes);
  let [sections, inSections] = [0, 0];
  const step = probe === 0 ? Number.POSITIVE_INFINITY : Math.max(1, dataset.length / probe);
  const chosen: VideoSample[] = [];
  for (let index = 0; index < dataset.length; index++) {
    signal?.throwIfAborted();
    const sample = await sampleAt(dataset, index);
    const { id, source, captions, label, start, end } = sample;
    let isThere = sources.get(source);
    if (isThere === undefined) {
      // Videos of shards lie in their tar files.
      isThere = await stat(source).then(
        (file) => file.isFile(),
        () => false,
      );
      sources.set(source, isThere);
    }
    if (!isThere) missing.add(id);
    if (captions.length === 0) without.add(id);
    for (const caption of captions) {
      different.add(caption);
      words.push(caption.trim().split(/\s+/).length);
    }
    labels.add(label);
    if (end !== undefined) {
      sections++;
      inSections += end - (start ?? 0);
    }
    if (isThere && chosen.length < probe && Math.floor(chosen.length * step) <= index) chosen.push(sample);
    onSample(index + 1);
  }
  const opened = await openSome(chosen, threads, signal);
  const exact = sections === dataset.length || opened.seconds.length === dataset.length;
  const sum = opened.seconds.reduce((all, each) => all + each, 0);
  const seconds =
    sections === dataset.length
      ? inSections
      : opened.seconds.length > 0
        ? (sum / opened.seconds.length) * dataset.length
        : undefined;
  return {
    samples: dataset.length,
    videos: sources.size,
    missing: missing.list(),
    captions: {
      count: words.length,
      different: different.size,
      without: without.list(),
      words: spreadOf(words),
    },
    labels: labels.counts(),
    leftOut: { rows: dataset.badRows?.length ?? 0, files: dataset.leftOut?.length ?? 0 },
    probed: {
      videos: chosen.length,
      unreadable: opened.unreadable.list(),
      seconds: spreadOf(opened.seconds),
      hours: seconds === undefined ? undefined : seconds / 3600,
      hoursExact: exact,
      sizes: opened.sizes,
      codecs: opened.codecs,
      fps: opened.fps,
    },
  };
}

function listed() {
  const first: string[] = [];
  let count = 0;
  return {
    add(entry: string): void {
      count++;
      if (first.length < LISTED) first.push(entry);
    },
    list: (): Listed => ({ count, first }),
  };
}

/** Opens videos on threads of their own: by their headers, which is quick. */
async function openSome(samples: readonly VideoSample[], threads: number, signal: AbortSignal | undefined) {
  const seconds: number[] = [];
  const unreadable = listed();
  const sizes: Record<string, number> = {};
  const codecs: Record<string, number> = {};
  const fps: Record<string, number> = {};
  const count = (of: Record<string, number>, name: string): void => {
    of[name] = (of[name] ?? 0) + 1;
  };
  if (samples.length === 0) return { seconds, unreadable, sizes, codecs, fps };
  const pool = videoPool({ workers: threads });
  try {
    const probed = samples.map(async (sample) => {
      signal?.throwIfAborted();
      const info = await pool.probe(sample.source).catch((error: unknown) => {
        if (error instanceof VideoError && error.fault === 'file') return undefined;
        throw error;
      });
      return { sample, info };
    });
    for (const { sample, info } of await Promise.all(probed)) {
      if (info === undefined) {
        unreadable.add(sample.id);
        continue;
      }
      const end = sample.end ?? info.start + info.duration;
      seconds.push(end - (sample.start ?? info.start));
      count(sizes, `${info.width}x${info.height}`);
      count(codecs, info.codec);
      count(fps, String(Math.round(info.fps * 100) / 100));
    }
  } finally {
    await pool.close();
  }
  return { seconds, unreadable, sizes, codecs, fps };
}
