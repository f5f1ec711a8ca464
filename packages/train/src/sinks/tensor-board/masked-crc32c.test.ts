import { expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from './masked-crc32c.js';
import { slowCrc32c } from './read-event-file.test-support.js';

// RFC 3720, appendix B.4.
it.each([
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 ascending bytes', Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
  ['32 descending bytes', Uint8Array.from({ length: 32 }, (_, at) => 31 - at), 0x113fdb5c],
])('sums %s', (_name, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
  expect(slowCrc32c(bytes)).toBe(sum);
});

it('sums the digits as the check value of the catalogues says, and nothing as 0', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

it('masks by turning the sum and adding', () => {
  // 0xe3069283 turned right by 15 bits is 0x2507c60d; + 0xa282ead8 = 0xc78ab0e5.
  expect(maskedCrc32c(Buffer.from('123456789'))).toBe(0xc78ab0e5);
});
