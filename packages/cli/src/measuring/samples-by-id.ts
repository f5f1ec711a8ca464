import { sampleAt, type VideoDataset, type VideoSample } from '@tgm/video-io';

/** The samples of a data set by their ids. */
export async function samplesById(dataset: VideoDataset): Promise<Map<string, VideoSample>> {
  const samples = new Map<string, VideoSample>();
  for (let index = 0; index < dataset.length; index++) {
    const sample = await sampleAt(dataset, index);
    samples.set(sample.id, sample);
  }
  return samples;
}
