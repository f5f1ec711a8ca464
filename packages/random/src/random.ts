/** Uniform numbers in [0, 1). The same generator state gives the same draws everywhere. */
export type Random = () => number;
