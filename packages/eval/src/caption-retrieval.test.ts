import { describe, expect, it } from 'vitest';
import { captionRetrieval } from './caption-retrieval.js';
import { rankedList } from './ranked-list.js';

const [videoCount, width] = [7, 5];
const captionVideos = [3, 1, 2, 4, 1, 2, 2].flatMap((count, video) => new Array<number>(count).fill(video));
const at = (v: number, e: number) => Math.sin(1.1 * v * v + 0.9 * e + v);
const videos = {
  values: Float32Array.from({ length: videoCount * width }, (_, i) => at(Math.floor(i / width), i % width)),
  count: videoCount,
  width,
};
const captions = {
  values: Float32Array.from({ length: captionVideos.length * width }, (_, i) => {
    const [c, e] = [Math.floor(i / width), i % width];
    return 0.5 * at(captionVideos[c]!, e) + Math.sin(2.3 * c * c + 1.7 * e);
  }),
  count: captionVideos.length,
  width,
};

describe('captionRetrieval', () => {
  /**
   * NumPy: cosines, `argsort` of each query's row. Of texts the most similar caption of each video stands for it, as in
   * CLIP4Clip's evaluation of several sentences.
   */
  it('equals the ranks of NumPy, both ways, with several captions a video', () => {
    const { textToVideo, videoToText } = captionRetrieval({ videos, captions, captionVideos });
    expect([...textToVideo.ranks]).toEqual([5, 1, 1, 2, 2, 6, 5, 1, 3, 3, 4, 4, 4, 2, 5]);
    expect(textToVideo.recall.at1).toBeCloseTo(20, 10);
    expect(textToVideo.recall.at5).toBeCloseTo(93.333333, 5);
    expect(textToVideo.medianRank).toBe(3);
    expect(textToVideo.meanRank).toBeCloseTo(3.2, 10);
    expect([...videoToText.ranks]).toEqual([5, 1, 1, 3, 6, 3, 1]);
    expect(videoToText.recall.at1).toBeCloseTo(42.857143, 5);
    expect(videoToText.recall.at5).toBeCloseTo(85.714286, 5);
    expect(videoToText.meanRank).toBeCloseTo(2.857143, 5);
    expect(videoToText.chance.at1).toBeCloseTo(100 / 7, 10);
    const any = captionRetrieval({ videos, captions, captionVideos, videoToText: 'any' }).videoToText;
    expect([...any.ranks]).toEqual([6, 1, 1, 3, 6, 4, 1]);
  });

  it('keeps the captions of a video together for intervals', () => {
    const { textToVideo } = captionRetrieval({ videos, captions, captionVideos });
    expect(textToVideo.outcome.clusters).toEqual(captionVideos);
  });

  it('takes one caption a video in their order, and gives constant features what chance gives', () => {
    const same = { values: new Float32Array(videoCount * width).fill(1), count: videoCount, width };
    const { textToVideo, videoToText } = captionRetrieval({ videos: same, captions: same });
    for (const side of [textToVideo, videoToText]) {
      expect(side.recall.at1).toBeCloseTo(100 / 7, 10);
      expect([...side.ranks]).toEqual(new Array(7).fill(4));
    }
  });

  it('refuses wrong input by code', () => {
    const codeOf = (change: object) => {
      try {
        captionRetrieval({ videos, captions, captionVideos, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ captionVideos: captionVideos.map((video) => (video === 4 ? 3 : video)) })).toBe(
      'TOO_FEW_EXAMPLES',
    );
    expect(codeOf({ captionVideos: [0] })).toBe('LABELS_MISMATCH');
    expect(codeOf({ captionVideos: undefined })).toBe('LABELS_MISMATCH');
    expect(codeOf({ captionVideos: captionVideos.map(() => 7) })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ videoToText: 'first' })).toBe('OPTION_INVALID');
  });
});

describe('rankedList', () => {
  it('lists the nearest first, of equals the lowest row (by hand)', () => {
    const rows = (...vectors: number[][]) => ({
      values: Float32Array.from(vectors.flat()),
      count: vectors.length,
      width: 2,
    });
    const gallery = rows([0, 1], [2, 0], [1, 1], [1, 0], [-1, 0]);
    const [list] = rankedList({ queries: rows([3, 0]), gallery, length: 4 });
    expect(list!.map(({ item }) => item)).toEqual([1, 3, 2, 0]);
    expect(list![2]!.similarity).toBeCloseTo(Math.SQRT1_2, 6);
    const lists = rankedList({ queries: rows([1, 0], [0, 1]), gallery });
    expect(lists.map((own) => own.map(({ item }) => item))).toEqual([
      [1, 3, 2, 0, 4],
      [0, 2, 1, 3, 4],
    ]);
    expect(() => rankedList({ queries: rows([1, 0]), gallery, length: 0 })).toThrow(/length/);
  });
});
