import {
  flag,
  nested,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  wholeNumber,
} from '@tgm/options';
import type { Settings } from '../presets/settings.js';
import { TEACHERS, type TeacherName } from '../presets/text-settings.js';
import { CliError } from '../program/errors.js';
import type { Machine } from './machines.js';
import type { StoreSettings } from './stores.js';

export interface PlanOptions {
  /** A preset, or a configuration of one's own. */
  readonly settings: Settings;
  /** Whether blocks are computed again for their gradients. Default false. */
  readonly recompute?: boolean;
  /** Videos of the data. Default: those of the published set. */
  readonly videos?: number;
  /** One of `MACHINES`, or `thisMachine(engine)`. Default: none, then no time is told. */
  readonly machine?: Machine;
  /** Devices of that kind that share each step, each with a rank of its own. Default 1. Without `network` times are divided by their number. */
  readonly devices?: number;
  /** 1e9 bits a second of each device's link to the others: then what they wait for is in the time. Default: none. */
  readonly network?: number;
  /** Clips that the host of one device loads in a second when it does nothing else, measured. Default: no step waits for clips. */
  readonly loads?: number;
  /** Clips that one device trains in a second, measured; in place of what the machine's figures come to. */
  readonly clipsPerSecond?: number;
  /**
   * Default: teacher and captions of the settings, what `writeScores` scores by default, frames of 4 to 3, and a megabit a second for shards of a
   * short side of 256, which is an assumption.
   */
  readonly store?: Partial<StoreSettings>;
}

const positive = () => number({ above: 0 });
const count = () => wholeNumber({ from: 1 });

export const PLAN_OPTIONS = optionTable(
  'plan',
  {
    settings: objectWith<Settings>('settings of a stage, such as a preset', ['stage', 'data', 'model']),
    recompute: optional(flag(), false),
    videos: optional(count()),
    machine: optional(
      passing(
        'a machine { name, teraflops, efficiency, memory } with positive figures',
        (value): value is Machine =>
          typeof value === 'object' &&
          value !== null &&
          (['teraflops', 'efficiency', 'memory'] as const).every((name) => (value as Machine)[name] > 0),
      ),
    ),
    devices: optional(count(), 1),
    network: optional(positive()),
    loads: optional(positive()),
    clipsPerSecond: optional(positive()),
    store: optional(
      nested({
        teacher: optional(oneOf(Object.keys(TEACHERS) as TeacherName[])),
        captions: optional(count()),
        scoredSeconds: optional(number({ from: 0.001 })),
        detail: optional(number({ above: 0, to: 8 })),
        aspect: optional(positive()),
        megabits: optional(positive()),
      } satisfies Record<keyof StoreSettings, unknown>),
    ),
  } satisfies Record<keyof PlanOptions, unknown>,
  CliError,
);
