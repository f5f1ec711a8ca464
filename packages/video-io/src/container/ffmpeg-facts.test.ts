import { expect, it } from 'vitest';
import { ffmpegFacts } from '../index.js';
import { licenseOf } from './ffmpeg-facts.js';

it('tells the version and licence of the binary', () => {
  const { version, license } = ffmpegFacts();
  expect(version).toMatch(/\d/);
  expect(license).toBe('GPL version 3 or later');
});

// The table of "License" in FFmpeg's LICENSE.md.
it.each([
  ['', 'LGPL version 2.1 or later'],
  ['--enable-shared --enable-version3', 'LGPL version 3 or later'],
  ['--enable-gpl --enable-libx264', 'GPL version 2 or later'],
  ['--enable-gpl --enable-version3', 'GPL version 3 or later'],
  ['--enable-gpl --enable-nonfree', 'nonfree and unredistributable'],
])('of %j it is %s', (configuration, license) => expect(licenseOf(configuration)).toBe(license));
