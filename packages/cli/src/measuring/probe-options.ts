import { eitherOf, listOf, nested, number, oneOf, optional, wholeNumber } from '@tgm/options';
import type { About } from '../config/section.js';
import {
  MEASURING_ABOUT,
  MEASURING_FIELDS,
  type MeasuringOptions,
  type MtebTask,
  mtebField,
} from './measuring-options.js';

/** What a frozen encoder is probed by. */
export const PROTOCOLS = ['linear', 'lbfgs', 'attentive', 'knn', 'few-shot'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** What probes take beside their settings. */
export interface ProbeRunOptions extends Omit<MeasuringOptions, 'test'> {
  /**
   * `linear`: by SGD, with the settings `linear`. `lbfgs`: the best linear classifier. `attentive`: attention pooling of the tokens of one
   * view, with the settings `attentive`. `knn`: nearest neighbours. `few-shot`: eight examples a class, as in mteb. Default the first four.
   */
  readonly protocols?: Protocol | readonly Protocol[];
  /** Neighbours that vote, 20 by default or all where they are fewer; how sharply nearer ones count for more. */
  readonly knn?: { readonly k?: number; readonly temperature?: number };
  /** The task's name in mteb and the commit of its data: the result of `few-shot` is written in mteb's form too. */
  readonly mteb?: MtebTask;
  /** Decides all that is drawn. Default 0. */
  readonly seed?: number;
}

const { test: _, ...measuring } = MEASURING_FIELDS;
const { test: __, ...measuringAbout } = MEASURING_ABOUT;

export const PROBE_RUN_FIELDS = {
  ...measuring,
  protocols: optional(
    eitherOf(
      `some of ${PROTOCOLS.map((name) => `"${name}"`).join(', ')}`,
      oneOf(PROTOCOLS),
      listOf(oneOf(PROTOCOLS), { from: 1 }),
    ),
    ['linear', 'lbfgs', 'attentive', 'knn'] as const,
  ),
  knn: optional(
    nested({ k: optional(wholeNumber({ from: 1 })), temperature: optional(number({ above: 0 })) }),
  ),
  mteb: optional(mtebField()),
  seed: optional(wholeNumber(), 0),
} satisfies Record<keyof ProbeRunOptions, unknown>;

export const PROBE_RUN_ABOUT: Readonly<Record<keyof ProbeRunOptions, About>> = {
  ...measuringAbout,
  protocols: [PROTOCOLS.join('|'), 'one, or several by the flag given again; default all but few-shot'],
  knn: ['', '--knn.k, default 20 or all where they are fewer, and --knn.temperature'],
  mteb: ['', "--mteb.task-name, --mteb.dataset-revision: the result of few-shot in mteb's form too"],
  seed: ['<n>', 'decides all that is drawn; default 0'],
};
