/** What a classifier says of one video. */
export interface VideoPrediction {
  readonly id: string;
  readonly views: number;
  /** Its class in each group. */
  readonly labels: readonly number[];
  /** [classes] of each group: the mean over the views of their softmax. */
  readonly probabilities: readonly Float64Array[];
}

/** With the video's place among all. */
export type PlacedPrediction = VideoPrediction & { readonly at: number };
