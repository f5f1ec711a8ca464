import type * as ort from 'onnxruntime-node';

export interface SessionLifetime {
  /** Counts a result that lies on the device; what is returned disposes it. */
  taken(): (tensor: ort.Tensor) => void;
  /** Frees the session now, or with the last of its results. */
  release(): Promise<void>;
}

/** Sessions with results on a device: one that JavaScript collected would take them with it. */
const withResults = new Set<ort.InferenceSession>();

/** A GPU's memory belongs to the session that computed into it: reading it after that one's end ends the process. */
export function sessionLifetime(session: ort.InferenceSession): SessionLifetime {
  let results = 0;
  let released = false;
  const freeIfUnused = async (): Promise<void> => {
    if (released && results === 0) await session.release();
  };
  return {
    taken() {
      results++;
      withResults.add(session);
      return (tensor) => {
        tensor.dispose();
        if (--results === 0) withResults.delete(session);
        void freeIfUnused();
      };
    },
    async release() {
      released = true;
      await freeIfUnused();
    },
  };
}
