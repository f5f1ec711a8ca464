import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { checkCheckpointNames } from './checks/checkpoint-names.js';
import { checkClipModel } from './checks/clip-model.js';
import { checkClipModelTokenizer } from './checks/clip-model-tokenizer.js';
import { checkFinetune } from './checks/finetune.js';
import { checkInfoNce } from './checks/infonce.js';
import { checkMasks } from './checks/masks.js';
import { checkMetrics } from './checks/metrics.js';
import { checkOpenClip } from './checks/open-clip.js';
import { checkPretrain } from './checks/pretrain.js';
import { checkSchedules } from './checks/schedules.js';
import { checkSiglip } from './checks/siglip.js';
import { checksum, type Fixture, listFixtures, readFixture } from './fixture.js';
import { type Quantity, same } from './quantity.js';

export interface ParityOptions {
  readonly folder: string;
  readonly engine: Engine;
  /** Folder with OpenAI's clip-vocab.json and clip-merges.txt. */
  readonly vocabulary: string;
}

/** A quantity of a fixture. */
export interface ParityLine extends Quantity {
  readonly fixture: string;
}

type Check = (fixture: Fixture, options: ParityOptions) => AsyncIterable<Quantity> | Iterable<Quantity>;

const CHECKS: Readonly<Record<string, Check>> = {
  'videomae-pretrain': (fixture, { engine }) => checkPretrain(fixture, engine),
  'videomaev2-pretrain': (fixture, { engine }) => checkPretrain(fixture, engine),
  'videomae-finetune': (fixture, { engine }) => checkFinetune(fixture, engine),
  schedules: checkSchedules,
  clip: (fixture, { engine }) => checkClipModel(fixture, engine),
  'open-clip': (fixture, { engine }) => checkOpenClip(fixture, engine),
  'open-clip-custom-text': (fixture, { engine }) => checkOpenClip(fixture, engine),
  'clip-tokenizer': (fixture, { vocabulary }) => checkClipModelTokenizer(fixture, vocabulary),
  siglip: (fixture, { engine }) => checkSiglip(fixture, engine),
  infonce: (fixture, { engine }) => checkInfoNce(fixture, engine),
  masks: checkMasks,
  'checkpoint-names': (fixture, { engine }) => checkCheckpointNames(fixture, engine),
  metrics: checkMetrics,
};

/** Checks every fixture of a folder; what cannot be checked is a line that is not ok. */
export async function* checkFolder(options: ParityOptions): AsyncGenerator<ParityLine> {
  const { folder } = options;
  const { fixtures, strange } = await listFixtures(folder);
  for (const file of strange) yield failure(file, 'belongs to no fixture');
  if (fixtures.length === 0) yield failure(folder, 'no fixtures');
  if (existsSync(join(folder, 'manifest.json')))
    yield { fixture: 'manifest', ...(await checkManifest(folder)) };
  for (const name of fixtures) {
    const check = CHECKS[name];
    if (!check) {
      yield failure(name, 'unknown fixture');
      continue;
    }
    try {
      const fixture = await readFixture(folder, name);
      yield { fixture: name, ...(await checksum(folder, fixture)) };
      for await (const quantity of check(fixture, options)) yield { fixture: name, ...quantity };
    } catch (error) {
      yield failure(name, String(error));
    }
  }
}

async function checkManifest(folder: string): Promise<Quantity> {
  const manifest: Record<string, { sha256: string }> = JSON.parse(
    await readFile(join(folder, 'manifest.json'), 'utf8'),
  );
  const digests = Object.keys(manifest).map(async (file) => {
    const bytes = await readFile(join(folder, file)).catch(() => undefined);
    return bytes && createHash('sha256').update(bytes).digest('hex');
  });
  return same(
    'sha256 of each file',
    await Promise.all(digests),
    Object.values(manifest).map(({ sha256 }) => sha256),
  );
}

function failure(fixture: string, problem: string): ParityLine {
  return { fixture, name: problem, error: Number.NaN, tolerance: 'exact', ok: false };
}
