import { type RowFault, rowFault } from './fault.js';
import type { OnBadLine } from './text-encoding.js';
import { readLineBlocks } from './text-lines.js';

/** A line of a list that is not blank, without the space around it. */
export interface ListedLine {
  readonly text: string;
  readonly fault: RowFault;
}

/** The lines of a list, as UCF101 and HMDB51 publish them; CRLF and a byte order mark are allowed. */
export async function* listedLines(path: string, onBadLine?: OnBadLine): AsyncGenerator<ListedLine> {
  for await (const { block, firstLine } of readLineBlocks(path, onBadLine)) {
    for (const [i, line] of block.bytes.toString().split('\n').entries()) {
      const text = line.trim();
      if (text !== '') yield { text, fault: rowFault(path, firstLine + i) };
    }
  }
}
