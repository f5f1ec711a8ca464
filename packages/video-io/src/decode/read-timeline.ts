import type { VideoLimits } from '../container/limits.js';
import { type OpenVideo, withVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import { indexFrames } from '../frame-index/build.js';
import type { KnownVideo } from '../frame-index/cache.js';
import { endOf, indexedTimeline } from '../frame-index/indexed-timeline.js';
import { sharedTimes, type Timeline } from '../frame-index/timeline.js';
import type { VideoInput } from '../video.js';
import { readFrames, tooManyFrames } from './read-sequential.js';

/** What the packets, or failing them the frames, tell of a video. */
export type FoundVideo = Omit<KnownVideo, 'version'>;

/**
 * The frames of a freshly opened video by its packets, or as they are known from before. Undefined when the packets do not
 * tell beyond doubt which frames there are, and nobody decoded the video yet.
 */
export function findFrames(
  video: OpenVideo<KnownVideo>,
  limits: VideoLimits,
  refuse?: () => never,
): FoundVideo | undefined {
  const { known, header } = video;
  if (known && known.timeline.times.length <= limits.frameCount) return known;
  const index = indexFrames(video, limits, refuse);
  return index && { header, index, timeline: indexedTimeline(video, index) };
}

/** The same of any video, for `use`: where packets do not tell, every frame is decoded once. */
export function findAllFrames<R>(
  input: VideoInput,
  limits: VideoLimits,
  known: KnownVideo | undefined,
  use: (video: OpenVideo<KnownVideo>, found: FoundVideo) => R,
): R {
  const byPackets = withVideo(
    input,
    limits,
    (video) => {
      // Better refused now than by the decoder, frame after frame.
      const found = findFrames(video, limits, () => {
        throw tooManyFrames(limits, video.source);
      });
      return found && { result: use(video, found) };
    },
    known,
  );
  if (byPackets) return byPackets.result;
  return withVideo<R, KnownVideo>(input, limits, (video) =>
    use(video, { header: video.header, timeline: decodedTimeline(video, limits) }),
  );
}

/** What may be remembered of a file. Nothing where its content cannot be told from a later one, or where it was known. */
export function learntOf(
  { version, known }: OpenVideo<KnownVideo>,
  found: FoundVideo,
): KnownVideo | undefined {
  return version === undefined || found === known ? undefined : { version, ...found };
}

function decodedTimeline(video: OpenVideo, limits: VideoLimits): Timeline {
  const times: number[] = [];
  let lastDuration = 0;
  for (const { frame, time } of readFrames(video, { motion: false, limits })) {
    times.push(time);
    lastDuration = Number(frame.duration);
  }
  if (times.length === 0) throw noFrames(video);
  const shared = sharedTimes(times.length);
  shared.set(times);
  return { times: shared, end: endOf(video, times, lastDuration) };
}

export function noFrames({ source }: OpenVideo): VideoError {
  return new VideoError('VIDEO_DECODE_FAILED', {
    source,
    frameCount: 0,
    expected: 'frames',
    received: 'none',
  });
}
