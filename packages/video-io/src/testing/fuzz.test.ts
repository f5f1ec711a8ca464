import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.js';

describe('150 damaged files', () => {
  it('end in frames or in a typed error', async () => {
    const { outcomes, faults } = await fuzz({ seed: 'test', first: 0, count: 150 });
    expect(faults).toEqual([]);
    expect(outcomes.frames).toBeGreaterThan(10);
    expect(outcomes.VIDEO_DECODE_FAILED).toBeGreaterThan(10);
  });
});
