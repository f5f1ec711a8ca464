import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { progress } from '@tgm/cli/program';
import { type PictureTextEncoder, seededRandom, textGuidedMasking } from '@tgm/masking';
import { clipModelPatchTextEncoder, loadClipModel } from '@tgm/models';
import type { TextTable } from '@tgm/report';
import {
  openScores,
  type ScoredFrames,
  storedTextCues,
  textCues,
  videoExamples,
  writeScores,
} from '@tgm/train';
import { pretrainingRecipe, type VideoDataset, type VideoPool, videoPool } from '@tgm/video-io';
import { FRAMES, GRID, SIZE, STRIDE } from '../moving-shapes/clip-shape.js';
import { type Interval, intervalOf, intervalText } from './interval.js';
import { SHOWN_RATIO } from './masks-part.js';
import type { TrustPart, TrustRow, TrustWork } from './part.js';
import { type Aspect, storeVideos } from './store-videos.js';

/** How scores are stored and read: defaults where nothing is said. */
interface Setting {
  readonly name: string;
  readonly detail?: number;
  readonly frames?: ScoredFrames;
  readonly correctPlaces?: boolean;
}

const everyFrame = { every: 1 };

const SETTINGS: readonly Setting[] = [
  { name: 'as found', detail: 1, frames: everyFrame, correctPlaces: false },
  { name: 'places corrected', detail: 1, frames: everyFrame },
  { name: 'and in more detail', frames: everyFrame },
  { name: 'by default' },
  { name: 'every 4th frame alone', frames: { every: 4 } },
];

/** How much the masks have in common that follow stored scores and scores of the crop itself. */
interface StoreRow extends TrustRow, Overlap {
  readonly table: 'store';
  readonly aspect: Aspect;
  readonly name: string;
  readonly correctPlaces: boolean;
  readonly ratio: number;
}

interface Overlap {
  /** As the store says them. */
  readonly frames: ScoredFrames;
  readonly detail: number;
  /** Of the hidden tokens: those in both masks over those in either, in [0, 1]. */
  readonly overlap: Interval;
}

/** Whether masks from a store are those of scoring each clip when it is loaded, under random crops and mirrors. */
export const storePart: TrustPart = {
  name: 'store',
  note: 'the hidden tokens that stored scores and scores of the crop itself have in common',
  async measure(work) {
    const checkpoint = await loadClipModel(TINY_CLIP_FOLDER);
    const encoder = clipModelPatchTextEncoder({ ...checkpoint, engine: work.engine, variant: 'value' });
    const pool = videoPool({ workers: work.workers });
    const stores = await mkdtemp(join(tmpdir(), 'tgm-trust-scores-'));
    const rows: StoreRow[] = [];
    try {
      const videos = Object.entries(await storeVideos(work, pool)) as [Aspect, VideoDataset][];
      const shown = progress('compare masks', videos.length * SETTINGS.length, 'stores', 0, process.stderr);
      for (const [aspect, dataset] of videos)
        for (const [at, setting] of SETTINGS.entries()) {
          const folder = join(stores, `${aspect.replace(':', 'x')}-${at}`);
          const found = await overlapOf(work, { pool, encoder, dataset, folder }, setting);
          const { name, correctPlaces = true } = setting;
          const row: StoreRow = { table: 'store', aspect, name, correctPlaces, ratio: SHOWN_RATIO, ...found };
          work.tell(row);
          rows.push(row);
          shown.update(rows.length);
        }
      shown.end();
    } finally {
      await pool.close();
      await rm(stores, { recursive: true });
    }
    return { tables: [storeTable(rows)] };
  },
};

interface Scored {
  readonly pool: VideoPool;
  readonly encoder: PictureTextEncoder;
  readonly dataset: VideoDataset;
  readonly folder: string;
}

/** Masks a clip of each video twice, with the same draws. */
async function overlapOf(
  { seed, signal }: Pick<TrustWork, 'seed' | 'signal'>,
  { pool, encoder, dataset, folder }: Scored,
  { detail, correctPlaces, frames }: Setting,
): Promise<Overlap> {
  const given = { ...(frames && { frames }), ...(detail && { detail }) };
  await writeScores({ folder, dataset, pool, encoder, signal, ...given });
  const store = await openScores(folder, { encoder, dataset });
  const recipe = pretrainingRecipe({ frameCount: FRAMES.length, stride: STRIDE, size: SIZE, flip: true });
  const cues = [
    storedTextCues({ store, grid: GRID, ...(correctPlaces !== undefined && { correctPlaces }) }),
    textCues({ encoder, grid: GRID }),
  ] as const;
  const masking = textGuidedMasking({ ratio: SHOWN_RATIO });
  const overlaps: number[] = [];
  for (let index = 0; index < dataset.length; index++) {
    signal.throwIfAborted();
    const [stored, scored] = await Promise.all(
      cues.map(async (each) => {
        const source = videoExamples({ dataset, pool, recipe, cues: each });
        const [example] = await source.load(index, seededRandom('trust store', seed, index));
        const random = seededRandom('mask');
        return new Set(masking.mask({ grid: GRID, random, cues: example!.cues, epoch: 0 }).masked);
      }),
    );
    const both = [...stored!].filter((token) => scored!.has(token)).length;
    overlaps.push(both / (stored!.size + scored!.size - both));
  }
  const { index } = store;
  return { frames: index.frames, detail: index.detail, overlap: intervalOf(overlaps) };
}

function storeTable(rows: readonly StoreRow[]): TextTable {
  return {
    title: `Masks by stored scores and by scores of the crop itself, ratio ${SHOWN_RATIO}`,
    lead: 'Hidden tokens in both masks over those in either, in per cent with its 95 % interval. Crops are those of VideoMAE’s pre-training, half of the clips are mirrored. The store has the whole picture, scored once.',
    columns: ['videos', ...SETTINGS.map(({ name }) => name)],
    rows: [...new Set(rows.map(({ aspect }) => aspect))].map((aspect) => ({
      name: aspect,
      cells: rows.filter((row) => row.aspect === aspect).map(({ overlap }) => intervalText(overlap)),
    })),
    notes: [
      `Clips: ${rows[0]!.overlap.clips}. Two random masks have 43 % in common. A mirrored picture’s masks are not the mirrored masks, for CLIP says something of places: the correction puts that share right. The default of writeScores is more detail, and a frame each 0.125 s, which is every second one here.`,
    ],
  };
}
