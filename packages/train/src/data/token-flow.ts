import { type ClipFlow, flowCue, type TokenGrid } from '@tgm/masking';
import { objectWith, oneOf, optional, optionTable, wholeNumber } from '@tgm/options';
import { estimateMotion, type VideoClip } from '@tgm/video-io';
import { TrainError } from '../errors.js';
import { sourceStep } from './token-motion.js';

/** Where the cue `flow` comes from. */
export interface FlowSource {
  /** The model's tokens. */
  readonly grid: TokenGrid;
  /**
   * `codec` (default): the codec's motion vectors, at next to no cost. `estimate`: matched blocks of the clip's own frames, for
   * videos whose codec tells no vectors. It takes some hundred times as long.
   */
  readonly from?: 'codec' | 'estimate';
  /** Samples of the flow along each side of a token. Default 4. */
  readonly samples?: number;
}

const SOURCE = optionTable(
  'videoExamples, option flow',
  {
    grid: objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns']),
    from: optional(oneOf(['codec', 'estimate']), 'codec'),
    samples: optional(wholeNumber({ from: 1 }), 4),
  } satisfies Record<keyof FlowSource, unknown>,
  TrainError,
);

/** @throws TrainError `OPTION_INVALID`. */
export const checkFlowSource = (flow: FlowSource): Required<FlowSource> => SOURCE.check(flow);

/** Flow between the frames of a clip, which was loaded with its motion vectors if it comes from the codec. */
export function tokenFlow(clip: VideoClip, { grid, from, samples }: Required<FlowSource>): ClipFlow {
  const { indices, geometry } = clip;
  const field = from === 'codec' ? clip.motion! : estimateMotion(clip);
  return flowCue(field, grid, { ...geometry.size, framesPerStep: sourceStep(indices), samples });
}
