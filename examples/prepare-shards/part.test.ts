import { describe, expect, it } from 'vitest';
import { attachmentsOf } from './attachments.js';
import { parsePart } from './part.js';

describe('parsePart', () => {
  it('reads a part from 0', () => {
    expect(parsePart('3/16')).toEqual({ index: 3, count: 16 });
  });
  it.each(['16/16', '3', '-1/4', '1/0', 'a/b', ''])('refuses %j', (text) => {
    expect(() => parsePart(text)).toThrow('option shard: expected');
  });
});

describe('attachmentsOf', () => {
  it('finds the files of a sample and of no other', () => {
    const names = ['k400_1.scores.safetensors', 'k400_1.flow', 'k400_10.flow', 'k400_1'];
    expect(attachmentsOf('k400/1', names)).toEqual([
      { ending: 'scores.safetensors', name: 'k400_1.scores.safetensors' },
      { ending: 'flow', name: 'k400_1.flow' },
    ]);
  });
});
