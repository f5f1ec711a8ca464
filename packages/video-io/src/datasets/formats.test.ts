import { describe, expect, it } from 'vitest';
import * as videoIo from '../index.js';

describe('datasetFormats', () => {
  it('has every reader, each with the table of its own', () => {
    const { datasetFormats, ...exported } = videoIo;
    const readers = Object.keys(exported).filter(
      (name) => /^read[A-Z]/.test(name) && name !== 'readTimeline',
    );
    const known = Object.values(datasetFormats);
    expect(known.map(({ read }) => read.name).sort()).toEqual(readers.sort());
    for (const { read, options } of known) expect(options.where).toBe(read.name);
  });
});
