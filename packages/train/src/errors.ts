import { TgmError } from '@tgm/options';

/** What went wrong, for programs. */
export type TrainErrorCode =
  /** An option out of range, or one that leaves nothing to learn from. */
  | 'OPTION_INVALID'
  /** The source of examples is empty. */
  | 'NO_EXAMPLES'
  /** A sample cannot be loaded, for the reason that `cause` has. */
  | 'EXAMPLE_FAILED'
  /** More samples cannot be read than the policy allows. */
  | 'TOO_MANY_BAD_SAMPLES'
  /** A thread that was to cut tokens died. */
  | 'THREAD_FAILED'
  /** A stream was asked after it had been closed. */
  | 'STREAM_CLOSED'
  /** A value that does not do what its contract says. */
  | 'CONTRACT_BROKEN'
  /** A loss or a score needs a caption, and the sample has none. */
  | 'TEXT_MISSING'
  /** An example does not fit the model, a view or a loss. */
  | 'EXAMPLE_INVALID'
  /** A sample has no label, or one that is none of the classifier's classes. */
  | 'LABEL_INVALID'
  /** A loss that compares clips finds all of them alike. */
  | 'NO_NEGATIVES'
  /** A strategy hides another number of tokens for one clip of a batch than of another. */
  | 'MASK_COUNT_CHANGED'
  /** The loss or the weights have become NaN or infinite. */
  | 'LOSS_NOT_FINITE'
  /** A checkpoint of a run with other options, or of another format. */
  | 'CHECKPOINT_MISMATCH'
  /** The file system does not write or read a checkpoint. `cause` has its own error. */
  | 'CHECKPOINT_FAILED'
  /** A checkpoint that is not as it was written. */
  | 'CHECKPOINT_DAMAGED'
  /** No checkpoint where one was expected. */
  | 'CHECKPOINT_NOT_FOUND'
  /** Another process runs in the folder. */
  | 'RUN_LOCKED'
  /** A folder holds scores of something else, or a clip is not of what was scored. */
  | 'SCORES_DIFFER'
  /** Scores are not there, or not of all shards, samples or captions. */
  | 'SCORES_MISSING'
  /** A file of scores is not as it was written. */
  | 'SCORES_DAMAGED'
  /** Another process writes the same shards of scores. */
  | 'SCORES_LOCKED'
  /** The file system does not write or read scores. `cause` has its own error. */
  | 'SCORES_FAILED'
  /** A sink cannot write what a run tells. `cause` has the file system's own error. */
  | 'SINK_FAILED'
  /** No library of MPI that loads, or no koffi to call it by. */
  | 'MPI_MISSING'
  /** A call of MPI failed. */
  | 'MPI_FAILED'
  /** The launcher of the processes and MPI differ in who this process is. */
  | 'LAUNCHER_DISAGREES'
  /** Processes that train together do not do the same. */
  | 'RANKS_DISAGREE'
  /** Another of the processes that train together cannot go on. `cause` has its error, and its `rank`. */
  | 'RANK_FAILED'
  /** Another of the processes that train together shows no sign of life. */
  | 'RANK_SILENT';

/** Every error that this package throws on purpose. */
export class TrainError extends TgmError<TrainErrorCode> {}
