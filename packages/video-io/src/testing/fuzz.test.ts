import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.js';

describe('150 damaged files', () => {
  it('end in frames or in a typed error', async () => {
    const { outcomes, faults } = await fuzz({ seed: 'test', first: 0, count: 150 });
    expect(faults).toEqual([]);
    expect(outcomes.frames).toBeGreaterThan(10);
    expect(outcomes.VIDEO_DECODE_FAILED).toBeGreaterThan(10);
  });

  it('are at fault themselves, also where one asks for more memory than there is', async () => {
    // FFmpeg answers this one with ENOMEM.
    const { outcomes } = await fuzz({ seed: '7', first: 188, count: 1 });
    expect(outcomes).toEqual({ VIDEO_DECODE_FAILED: 1 });
  });
});
