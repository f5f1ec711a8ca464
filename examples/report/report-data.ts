/** What `writeReport` shows. Plain data; every part that is absent or empty is left out of the page. */
export interface ReportData {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly summary?: string;
  /** When the run began, as people should read it. */
  readonly started: string;
  readonly seconds: number;
  readonly command: string;
  /** Nested records, shown as tables. */
  readonly settings: FactTable;
  /** About the data set: clips, sizes, classes. */
  readonly facts: FactTable;
  readonly stages: readonly Stage[];
  readonly warnings?: readonly string[];
  readonly scores?: ScoreTable;
  /** Further tables, each a section. */
  readonly tables?: readonly TextTable[];
  readonly plots?: readonly CurvePlot[];
  /** Questions of their own, each a section. */
  readonly studies?: readonly Study[];
  readonly clips?: readonly ClipReport[];
  readonly skipped?: readonly SkippedFile[];
}

export type FactTable = { readonly [name: string]: Fact };
export type Fact = string | number | boolean | undefined | readonly (string | number)[] | FactTable;

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
  readonly series: readonly CurveSeries[];
  /** Levels to compare with, such as 1 for predicting every patch's mean, or ln(batch) for InfoNCE's chance. */
  readonly references?: readonly { readonly label: string; readonly value: number }[];
  /** Draws a smoothed line over the raw one. */
  readonly smooth: boolean;
}

export interface CurveSeries {
  /** Name of the run. */
  readonly name: string;
  /** CSS colour; the same run should have the same in every chart. */
  readonly colour: string;
  /** Ascending steps. */
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

/** S slices, H x W pixels, rows x columns patches. */
export interface ClipReport {
  readonly id: string;
  readonly caption?: string;
  readonly height: number;
  readonly width: number;
  readonly slices: number;
  readonly rows: number;
  readonly columns: number;
  /** [S, H, W, 3] RGB, 0-255, one frame for each slice. */
  readonly frames: Uint8Array;
  /** The true place of the named object in each slice, where known. */
  readonly boxes?: readonly (PixelBox | undefined)[];
  /** Heat maps, each a strip. */
  readonly scores?: readonly ScoreMaps[];
  readonly masks?: readonly MaskPicture[];
  readonly reconstructions?: readonly Reconstruction[];
}

/** In pixels from the top left corner of the frame. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How well each patch matches the caption. */
export interface ScoreMaps {
  /** Of the strip; default `match`. */
  readonly name?: string;
  /** [S, rows, columns] */
  readonly values: Float32Array;
  /** What the numbers are, such as `cosine with the caption`. */
  readonly label: string;
}

export interface MaskPicture {
  readonly strategy: string;
  /** Numbers of the masked tokens, (slice * rows + row) * columns + column. */
  readonly masked: Uint32Array;
  /** Share of the named object's patches that is masked, 0-1, where known. */
  readonly maskedShare?: number;
}

export interface Reconstruction {
  readonly run: string;
  /** The mask that it was made from; shown beneath that mask. */
  readonly strategy: string;
  /** [S, H, W, 3] RGB, 0-255, visible patches from the input. */
  readonly frames: Uint8Array;
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
  readonly name: string;
  readonly note?: string;
  /** CSS colour of the run in the charts. */
  readonly colour?: string;
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
  /** In small letters behind the name. */
  readonly note?: string;
  /** One for each column behind the name; undefined where there is nothing to say. */
  readonly cells: readonly (string | undefined)[];
}
