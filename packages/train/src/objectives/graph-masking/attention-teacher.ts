import * as tf from '@tensorflow/tfjs';
import { withoutGradients } from '@tgm/losses';
import type { Params, VideoMae } from '@tgm/models';
import { allPositions } from './chosen-view.js';
import { ofPrefix, underPrefix } from './prefixed-params.js';

/** A copy of the encoder that follows it slowly and says what it attends to. Its parameters are buffers. */
export interface AttentionTeacher {
  /** Buffers that begin as the parameters that the run starts with. */
  begin(model: VideoMae, start: Params): Params;
  /** The buffers a step later: momentum * old + (1 - momentum) * trained. */
  follow(params: Params, buffers: Params): Params;
  /** [B, heads, N] shares of the last block's attention in whole clips [B, N, P], without gradients. */
  attendedTo(model: VideoMae, buffers: Params, tokens: tf.Tensor3D): tf.Tensor3D;
}

/** What the encoder's parameters begin with; the decoder's do not. */
const ENCODER = 'videomae.';

/** @param prefix what the names of its buffers begin with. */
export function attentionTeacher(prefix: string, momentum: number): AttentionTeacher {
  return {
    begin(model, start) {
      const names = model.parameters.map(({ name }) => name).filter((name) => name.startsWith(ENCODER));
      return underPrefix(prefix, Object.fromEntries(names.map((name) => [name, tf.clone(start[name]!)])));
    },
    follow(params, buffers) {
      const moved = Object.entries(ofPrefix(prefix, buffers)).map(([name, old]) => [
        name,
        tf.add(tf.mul(old, momentum), tf.mul(params[name]!, 1 - momentum)),
      ]);
      return underPrefix(prefix, Object.fromEntries(moved));
    },
    attendedTo(model, buffers, tokens) {
      const [clips, count] = tokens.shape;
      return withoutGradients(() => {
        const teacher = ofPrefix(prefix, buffers);
        return model.attendedTo(teacher, model.embed(teacher, tokens, allPositions(clips, count)));
      });
    },
  };
}
