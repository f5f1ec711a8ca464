import {
  attentiveProbe,
  type Features,
  type FewShotResult,
  fewShot,
  groupedProbe,
  knn,
  linearProbe,
  type Outcome,
  sgdProbe,
  type TokenFeatures,
} from '@tgm/eval';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { ProbingSettings } from '../presets/settings.js';
import { progress } from '../program/progress.js';
import type { LabelKind } from './label-kinds.js';
import type { ProbeRunOptions, Protocol } from './probe-options.js';

/** Features to learn from and to test, and how. */
export interface ProbeWork {
  readonly engine: Engine;
  readonly settings: Pick<ProbingSettings, 'linear' | 'attentive'>;
  readonly knn: NonNullable<ProbeRunOptions['knn']>;
  readonly seed: number;
  readonly kinds: readonly LabelKind[];
  readonly train: Features;
  readonly test: Features;
  /** Where the protocol is attentive. */
  readonly trainTokens?: TokenFeatures;
  readonly testTokens?: TokenFeatures;
}

/** What a protocol found. */
export interface ProtocolResult {
  /** By the name of the kind of label, `all` among them; `''` for a single kind. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** What it chose, by the name of the kind of label. */
  readonly chosen: Readonly<Record<string, object>>;
  /** Of `few-shot` with a single kind. */
  readonly fewShot?: FewShotResult;
}

/** Probes by one protocol each kind of labels. @throws EvaluationError as the protocol of `@tgm/eval`. */
export async function runProtocol(protocol: Protocol, work: ProbeWork): Promise<ProtocolResult> {
  const outcomes: Record<string, Outcome> = {};
  const chosen: Record<string, object> = {};
  let ofFew: FewShotResult | undefined;
  for (const kind of work.kinds) {
    const name = kind.name ?? '';
    const result = await PROBES[protocol](work, kind);
    outcomes[name] = result.outcome;
    if (result.chosen) chosen[name] = result.chosen;
    if (result.fewShot && work.kinds.length === 1) ofFew = result.fewShot;
  }
  if (protocol === 'lbfgs' && work.kinds.length > 1) Object.assign(outcomes, await allKinds(work));
  return { outcomes, chosen, ...(ofFew && { fewShot: ofFew }) };
}

interface Probe {
  readonly outcome: Outcome;
  readonly chosen?: object;
  readonly fewShot?: FewShotResult;
}

const PROBES: Readonly<Record<Protocol, (work: ProbeWork, kind: LabelKind) => Promise<Probe>>> = {
  linear: async ({ engine, settings, seed, train, test }, kind) =>
    sgdProbe({ engine, train, test, ...labelsOf(kind), seed, ...settings.linear }),
  async lbfgs({ engine, seed, train, test }, kind) {
    const { outcome, l2, l2AtEdge } = await linearProbe({ engine, train, test, ...labelsOf(kind), seed });
    return { outcome, chosen: { l2, l2AtEdge } };
  },
  async attentive({ engine, settings, seed, trainTokens, testTokens }, kind) {
    let shown: ReturnType<typeof progress> | undefined;
    const { outcome, chosen } = await attentiveProbe({
      engine,
      train: trainTokens!,
      test: testTokens!,
      ...labelsOf(kind),
      seed,
      ...settings.attentive,
      onProgress(done, total) {
        shown ??= progress('attentive', total, 'steps', 0, process.stderr);
        shown.update(done);
      },
    }).finally(() => shown?.end());
    return { outcome, chosen };
  },
  async knn({ knn: settings, train, test }, kind) {
    const k = settings.k ?? Math.min(DINO_NEIGHBOURS, train.count);
    const { temperature } = settings;
    const { outcome } = knn({
      train,
      test,
      ...labelsOf(kind),
      k,
      ...(temperature !== undefined && { temperature }),
    });
    return { outcome, chosen: { k } };
  },
  async 'few-shot'({ engine, seed, train, test }, kind) {
    const result = await fewShot({ engine, train, test, ...labelsOf(kind), seed });
    return { outcome: result.outcome, fewShot: result };
  },
};

/** DINO's, arXiv 2104.14294, section 4.1. */
const DINO_NEIGHBOURS = 20;

const labelsOf = ({ trainLabels, testLabels, classes }: LabelKind) => ({ trainLabels, testLabels, classes });

/** All kinds of labels right together, such as the verb and the noun of an action. */
async function allKinds({ engine, seed, train, test, kinds }: ProbeWork): Promise<Record<string, Outcome>> {
  const groups = Object.fromEntries(kinds.map((kind) => [kind.name!, labelsOf(kind)]));
  const { all } = await groupedProbe({ engine, train, test, groups, seed });
  return all ? { all: all.outcome } : {};
}
