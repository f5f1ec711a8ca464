import { sampleAt, type VideoDataset } from '@tgm/video-io';
import { digestOfIds } from './content-digest.js';

/** What tells data sets apart: the name, the length and a digest of some ids. Not where the files lie. */
export async function describeDataset(dataset: VideoDataset) {
  const { name, length } = dataset;
  const idOf = async (index: number): Promise<string> => (await sampleAt(dataset, index)).id;
  return { name, length, ids: await digestOfIds(length, idOf) };
}
