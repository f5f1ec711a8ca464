import { Buffer } from 'node:buffer';
import { doubleField, floatField, integerField, lengthField } from './protobuf-fields.js';

/**
 * Messages of TensorFlow's event.proto, summary.proto, tensor.proto and tensor_shape.proto. Field numbers are theirs.
 */

/** What an event of a file holds. */
export interface EventParts {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
}

const eventMessage = ({ time, step }: EventParts, what: Buffer): Buffer =>
  Buffer.concat([doubleField(1, time), integerField(2, step), what]);

/** The first event of every file. */
export const versionMessage = (time: number): Buffer =>
  Buffer.concat([doubleField(1, time), lengthField(3, 'brain.Event:2')]);

/** SessionLog.SessionStatus.START. */
const START = 1;

/** Says that a run begins at a step: readers drop what they have read of it and of later ones. */
export const startMessage = (parts: EventParts): Buffer =>
  eventMessage(parts, lengthField(7, [integerField(1, START)]));

/** Numbers by tag. */
export function scalarsMessage(parts: EventParts, scalars: Readonly<Record<string, number>>): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) =>
    lengthField(1, [lengthField(1, tag), floatField(2, value)]),
  );
  return eventMessage(parts, lengthField(5, values));
}

/** DataType.DT_STRING. */
const STRING = 7;

/** A text in Markdown: a tensor of one string without axes, for TensorBoard's plugin `text`. */
export function textMessage(parts: EventParts, tag: string, text: string): Buffer {
  const plugin = lengthField(9, [lengthField(1, [lengthField(1, 'text')])]);
  const tensor = lengthField(8, [integerField(1, STRING), lengthField(2, []), lengthField(8, text)]);
  return eventMessage(parts, lengthField(5, [lengthField(1, [lengthField(1, tag), tensor, plugin])]));
}
