/** Where a progress line is shown: a process's stream, or another of the same shape. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of a terminal. */
  readonly columns?: number;
}

/** Lines that stay, and below them one that changes. */
export interface Lines {
  /** Writes a line that stays. */
  tell(text: string): void;
  /** Shows the line that changes: on a terminal in the place of the one before, never wider than it; else as a line. */
  show(text: string): void;
  /** Lets the line that changes stay. */
  end(): void;
}

/** Goes to the beginning of the line and removes it. */
const CLEAR = '\r\u001b[2K';
const WIDTH = 80;

export function lines(stream: ProgressStream): Lines {
  let shown: string | undefined;
  const clear = () => (shown === undefined ? '' : CLEAR);
  return {
    tell(text) {
      const line = `${printable(text)}\n`;
      stream.write(
        stream.isTTY ? `${clear()}${line}${shown === undefined ? '' : fitting(shown, stream)}` : line,
      );
    },
    show(text) {
      const line = printable(text);
      if (!stream.isTTY) {
        stream.write(`${line}\n`);
        return;
      }
      stream.write(`${clear()}${fitting(line, stream)}`);
      shown = line;
    },
    end() {
      if (shown === undefined) return;
      shown = undefined;
      stream.write('\n');
    },
  };
}

/** As much of a line as a terminal has place for. A character that is not ASCII may take two columns. */
function fitting(line: string, { columns = WIDTH }: ProgressStream): string {
  let width = 0;
  let text = '';
  for (const character of line) {
    width += character <= '~' ? 1 : 2;
    // A terminal may begin a new line behind its last column.
    if (width > columns - 1) break;
    text += character;
  }
  return text;
}

/** Control characters, and the marks that turn the direction of writing, written as what they are. */
const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
