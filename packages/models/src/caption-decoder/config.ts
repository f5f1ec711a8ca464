/** The shape of a decoder of captions beside a video; the fields are called as in the other configurations. */
export interface CaptionDecoderConfig {
  /** D, the width of the video's tokens. */
  readonly videoSize: number;
  /** V, tokens of the vocabulary. */
  readonly vocabSize: number;
  /** L, places of a caption. */
  readonly maxPositionEmbeddings: number;
  /** H, the decoder's width; a multiple of its heads. */
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  /** Default 1e-6. */
  readonly layerNormEps?: number;
}
