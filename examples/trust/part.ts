import type { ClipReport, FactTable, TextTable } from '@tgm/report';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { KnownClip } from './known-clips.js';

/** One part of `npm run trust`: a question, measured. */
export interface TrustPart {
  /** For `--only`. */
  readonly name: string;
  /** What it measures, in a few words, for `--help`. */
  readonly note: string;
  measure(work: TrustWork): Promise<TrustSection>;
}

/** What the parts of one run share. */
export interface TrustWork {
  /** Clips to measure on. */
  readonly clips: number;
  readonly seed: number;
  /** Everything small, to see that it works. */
  readonly quick: boolean;
  /** Folder of made data sets. */
  readonly data: string;
  /** Folder of the report; what a part keeps between runs has a folder of its own in it. */
  readonly out: string;
  /** Threads that render and decode. */
  readonly workers: number;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** The test clips with their ground truth; made, decoded and scored once, when the first part asks for them. */
  known(): Promise<readonly KnownClip[]>;
  /** Tells a measured row at once: `--json` prints it as a line. */
  tell(row: TrustRow): void;
}

/** One measured row, in JSON. `table` says which rows have the same fields. */
export interface TrustRow {
  readonly table: string;
  readonly [field: string]: unknown;
}

/** What a part shows: on the console its tables, in the report all of it. */
export interface TrustSection {
  readonly tables: readonly TextTable[];
  readonly clips?: readonly ClipReport[];
  readonly settings?: FactTable;
}
