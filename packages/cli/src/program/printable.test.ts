import { describe, expect, it } from 'vitest';
import { printable } from './printable.js';

describe('printable', () => {
  it('writes control characters and turns of direction as codes, and leaves the rest', () => {
    const name = 'a\u001b[31mb\u009b2Jc\rd\u0007\u202ee\u007f\tf\ng é 夏 🎞';
    expect(printable(name)).toBe('a\\u001b[31mb\\u009b2Jc\\u000dd\\u0007\\u202ee\\u007f\\u0009f\ng é 夏 🎞');
  });
});
