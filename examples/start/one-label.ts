import type { VideoSample } from '@tgm/video-io';

/** The class of a sample that has one label; the probe does not know several. */
export const oneLabel = ({ label }: VideoSample): number | undefined =>
  typeof label === 'number' ? label : undefined;
