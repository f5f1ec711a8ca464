import type { ClipReport } from './clip-report.js';

/** What `page` shows. Plain data; every part that is absent or empty is left out. */
export interface Report {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly summary?: string;
  /** When the run began, as people should read it. */
  readonly started?: string;
  readonly seconds?: number;
  /** The command that made it. */
  readonly command?: string;
  readonly warnings?: readonly string[];
  readonly scores?: ScoreTable;
  /** Further tables, each a section. */
  readonly tables?: readonly TextTable[];
  readonly plots?: readonly CurvePlot[];
  /** Questions of their own, each a section. */
  readonly studies?: readonly Study[];
  readonly clips?: readonly ClipReport[];
  /** About the data set: clips, sizes, classes. */
  readonly facts?: FactTable;
  readonly stages?: readonly Stage[];
  /** Nested records, shown as tables. */
  readonly settings?: FactTable;
  readonly skipped?: readonly SkippedFile[];
  /** The page loads itself anew every so many seconds: for a page that is written again while a run goes on. */
  readonly refreshSeconds?: number;
}

export type FactTable = { readonly [name: string]: Fact };
export type Fact = string | number | boolean | null | undefined | readonly Fact[] | FactTable;

export interface Stage {
  readonly name: string;
  readonly seconds: number;
}

export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

/** A question with its chart, its table and the clips that show it. */
export interface Study {
  readonly title: string;
  readonly lead: string;
  readonly plot: CurvePlot;
  readonly table: Omit<TextTable, 'title'>;
  readonly clips: readonly ClipReport[];
}

/** One chart: a quantity over training steps, one line for each run. */
export interface CurvePlot {
  readonly title: string;
  /** What a reader should see in it. */
  readonly note?: string;
  /** A series has one colour in all charts and tables of a page, by its name. */
  readonly series: readonly CurveSeries[];
  /** Levels to compare with, such as 1 for predicting every patch's mean, or ln(batch) for InfoNCE's chance. */
  readonly references?: readonly { readonly label: string; readonly value: number }[];
  /** Draws a smoothed line over the raw one. */
  readonly smooth: boolean;
}

export interface CurveSeries {
  /** Name of the run, or of the quantity. */
  readonly name: string;
  /** Ascending steps. A value that is not finite breaks the line. */
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

export interface ScoreTable {
  readonly columns: readonly ScoreColumn[];
  /** Baselines first. */
  readonly rows: readonly ScoreRow[];
  /** The row whose numbers the others are compared with. */
  readonly compareWith?: string;
  /** What to expect, in words. */
  readonly expected?: string;
  readonly notes?: readonly string[];
}

export interface ScoreColumn {
  /** Key of `ScoreRow.numbers`. */
  readonly key: string;
  readonly label: string;
  /** The better end of the scale. */
  readonly better: 'higher' | 'lower';
}

export interface ScoreRow {
  /** Has the colour of the charts' series of this name. */
  readonly name: string;
  readonly note?: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** A table of words, and of numbers as they should be read. */
export interface TextTable {
  readonly title: string;
  /** A sentence above it. */
  readonly lead?: string;
  /** Heads of all columns, the rows' names included. */
  readonly columns: readonly string[];
  readonly rows: readonly TextRow[];
  /** Sentences beneath it. */
  readonly notes?: readonly string[];
}

export interface TextRow {
  readonly name: string;
  /** Where the name leads, such as `/run/first`: an address of http or https, or one relative to the page. */
  readonly link?: string;
  /** In small letters behind the name. */
  readonly note?: string;
  /** One for each column behind the name; undefined where there is nothing to say. */
  readonly cells: readonly (string | undefined)[];
}
