import { expect, test } from 'vitest';
import { ProtobufWriter } from './protobuf.js';

const bytes = (write: (writer: ProtobufWriter) => void): number[] => {
  const writer = new ProtobufWriter(1);
  write(writer);
  return [...writer.finish()];
};

// The wire forms by hand: a key is field * 8 + wire type; numbers are base 128, least significant first.
test('writes integers', () => {
  expect(bytes((writer) => writer.integer(1, 150))).toEqual([8, 0x96, 0x01]);
  expect(bytes((writer) => writer.integer(20, 7))).toEqual([0xa0, 0x01, 7]);
  expect(bytes((writer) => writer.integer(3, -1))).toEqual([24, ...Array(9).fill(0xff), 1]);
  expect(bytes((writer) => writer.integer(1, 2 ** 40))).toEqual([8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
});

test('writes floats, text and messages', () => {
  expect(bytes((writer) => writer.float(2, 1.5))).toEqual([21, 0, 0, 0xc0, 0x3f]);
  expect(bytes((writer) => writer.text(4, 'é'))).toEqual([34, 2, 0xc3, 0xa9]);
  expect(bytes((writer) => writer.message(5, (inner) => inner.integer(1, 3)))).toEqual([42, 2, 8, 3]);
});
