import { TgmError } from '@tgm/options';
import { describe, expect, it } from 'vitest';
import { VideoError } from './index.js';
import { receivedError, sentError } from './pool/messages.js';

const fault = { source: 'a.mp4', expected: 'an intact stream', received: 'damage', frameCount: 3 };

describe('VideoError', () => {
  it('is a TgmError that says where, what was expected, what came, and what to do', () => {
    const error = new VideoError('VIDEO_DECODE_FAILED', { ...fault, advice: 'Copy it again.' });
    expect(error).toBeInstanceOf(TgmError);
    expect(error).toMatchObject({ ...fault, name: 'VideoError', where: 'a.mp4', fault: 'file' });
    expect(error.message).toBe('a.mp4: expected an intact stream, got damage. Copy it again.');
    const row = new VideoError('MANIFEST_INVALID', { ...fault, line: 7 });
    expect(row.where).toBe('a.mp4:7');
  });

  it('comes out of a thread as it went in, its cause in words', () => {
    const cause = Object.assign(new Error('too many open files'), { code: 'EMFILE', handle: () => 0 });
    const error = new VideoError('VIDEO_UNREADABLE', { ...fault, advice: 'Wait.', index: 2, line: 4, cause });
    const arrived = receivedError(structuredClone(sentError(error)));
    expect(arrived).toBeInstanceOf(VideoError);
    const { cause: told, stack: _, ...facts } = arrived;
    expect(facts).toEqual({ ...error });
    expect(arrived.message).toBe(error.message);
    expect(told).toMatchObject({ message: 'too many open files', code: 'EMFILE' });
    const plain = receivedError(structuredClone(sentError(new VideoError('VIDEO_NO_STREAM', fault))));
    expect('cause' in plain).toBe(false);
  });
});
