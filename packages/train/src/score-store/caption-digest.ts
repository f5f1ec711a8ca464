import { createHash } from 'node:crypto';

/** Letters of a digest: 64 bits, of which no two captions of a video will have the same ones. */
const LETTERS = 16;

/** The name of a caption in a store: the beginning of the SHA-256 of its text in UTF-8, 16 letters of hex. */
export const captionDigest = (caption: string): string =>
  createHash('sha256').update(caption).digest('hex').slice(0, LETTERS);
