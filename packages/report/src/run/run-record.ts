import type { CurvePoint } from '../report.js';
import { type BoundedCurve, boundedCurve } from './bounded-curve.js';
import type { RunEvent } from './run-event.js';

/** Points that a curve keeps: several for each that is drawn, so that the smoothing has something to smooth. */
const KEPT = 2048;
/** Steps whose time tells the pace. */
const PACED = 50;
/** Notices that are kept: the last ones. */
const NOTICES = 20;

/** Points by the quantity's name. */
export type NamedCurves = ReadonlyMap<string, readonly CurvePoint[]>;

/** How far a run is. */
export interface Standing {
  readonly step: number;
  readonly steps: number;
  /** The reason of the end, where it came. */
  readonly ended?: string;
  /** What the error said that ended it. */
  readonly failed?: string;
  readonly description: object;
  /** How many samples' places went to others. */
  readonly replaced: number;
  readonly checkpoint?: string;
  readonly notices: readonly string[];
  /** The first step whose loss was not finite. */
  readonly notFinite?: number;
  /** Seconds of each of the last steps. */
  readonly lately: readonly number[];
}

export interface RunSoFar extends Standing {
  readonly terms: NamedCurves;
  readonly figures: NamedCurves;
  /** Learning rate, clips per second, and the waits of several processes for each other. */
  readonly run: NamedCurves;
  /** By `<evaluator>: <figure>`, then by the parameters that were measured. */
  readonly evaluations: ReadonlyMap<string, NamedCurves>;
}

/** Takes the events of a run, in bounded memory. */
export interface RunRecord {
  add(event: RunEvent): void;
  soFar(): RunSoFar;
}

export function runRecord(): RunRecord {
  let now: Standing = { step: 0, steps: 0, description: {}, replaced: 0, notices: [], lately: [] };
  const terms: Curves = new Map();
  const figures: Curves = new Map();
  const run: Curves = new Map();
  const evaluations = new Map<string, Curves>();
  return {
    add(event) {
      now = standing(now, event);
      if (event.type === 'begin') {
        for (const curves of [terms, figures, run, ...evaluations.values()])
          for (const curve of curves.values()) curve.dropBehind(event.step);
      } else if (event.type === 'step') {
        const { step, learningRate, clipsPerSecond, reduceWaitSeconds, peerWaitSeconds } = event;
        put(terms, event.terms, step);
        put(figures, event.figures, step);
        put(run, { 'learning rate': learningRate, 'clips per second': clipsPerSecond }, step);
        if (reduceWaitSeconds !== undefined) put(run, { 'reduce wait seconds': reduceWaitSeconds }, step);
        if (peerWaitSeconds !== undefined) put(run, { 'peer wait seconds': peerWaitSeconds }, step);
      } else if (event.type === 'evaluated') {
        for (const [figure, value] of Object.entries(event.figures)) {
          const name = `${event.evaluator}: ${figure}`;
          if (!evaluations.has(name)) evaluations.set(name, new Map());
          put(evaluations.get(name)!, { [event.parameters]: value }, event.step);
        }
      }
    },
    soFar: () => ({
      ...now,
      ...{ terms: pointsOf(terms), figures: pointsOf(figures), run: pointsOf(run) },
      evaluations: new Map(
        [...evaluations]
          .map(([name, curves]) => [name, pointsOf(curves)] as const)
          .filter(([, curves]) => curves.size > 0),
      ),
    }),
  };
}

function standing(before: Standing, event: RunEvent): Standing {
  switch (event.type) {
    case 'begin': {
      const { ended: _, failed: __, notFinite, ...rest } = before;
      const { step, steps, description } = event;
      const stillHolds = notFinite !== undefined && notFinite <= step;
      return { ...rest, step, steps, description, lately: [], ...(stillHolds && { notFinite }) };
    }
    case 'step':
      return {
        ...before,
        ...{ step: event.step, steps: event.steps, replaced: before.replaced + event.replaced.length },
        lately: [...before.lately, event.seconds].slice(-PACED),
        ...(before.notFinite === undefined && !Number.isFinite(event.total) && { notFinite: event.step }),
      };
    case 'saved':
      return { ...before, checkpoint: event.path };
    case 'notice':
      return { ...before, notices: [...before.notices, event.message].slice(-NOTICES) };
    case 'failed':
      return { ...before, failed: event.message };
    case 'end':
      return { ...before, ended: event.reason };
    default:
      return before;
  }
}

type Curves = Map<string, BoundedCurve>;

function put(curves: Curves, numbers: Readonly<Record<string, number>>, step: number): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!curves.has(name)) curves.set(name, boundedCurve(KEPT));
    curves.get(name)!.add(step, value);
  }
}

/** What was told and still holds. */
const pointsOf = (curves: Curves): NamedCurves =>
  new Map(
    [...curves]
      .map(([name, curve]) => [name, curve.points()] as const)
      .filter(([, points]) => points.length > 0),
  );
