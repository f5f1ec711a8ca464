/** Rows and columns of a letter. */
export const LETTER = { height: 5, width: 3 };

/** Capitals, digits and some signs, drawn on 3 x 5 cells: five digits a letter, one for each row, whose bits are its cells. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{
    A: '25755',
    B: '65656',
    C: '34443',
    D: '65556',
    E: '74647',
    F: '74644',
    G: '34553',
    H: '55755',
    I: '72227',
  },
  ...{
    J: '11152',
    K: '55655',
    L: '44447',
    M: '57755',
    N: '65555',
    O: '25552',
    P: '65644',
    Q: '25573',
    R: '65655',
  },
  ...{ S: '34216', T: '72222', U: '55557', V: '55552', W: '55775', X: '55255', Y: '55222', Z: '71247' },
  ...{
    0: '75557',
    1: '26227',
    2: '61247',
    3: '61216',
    4: '55711',
    5: '74616',
    6: '34757',
    7: '71222',
    8: '75757',
  },
  ...{
    9: '75716',
    '-': '00700',
    '.': '00002',
    ',': '00024',
    '%': '51245',
    '/': '11244',
    '(': '12221',
    ')': '42224',
  },
  ...{ ':': '02020', '=': '07070', '+': '02720', "'": '22000', ' ': '00000' },
  ...{ '"': '55000', '!': '22202', '?': '71202', _: '00007' },
};
/** What has no letter here. */
const OTHER = '77777';

/** A text of at most so many letters: where there is no room for all, it ends behind a word, with three dots. */
export function shortened(text: string, letters: number): string {
  const all = [...text];
  if (all.length <= letters) return text;
  const begun = all.slice(0, Math.max(0, letters - 3)).join('');
  const isWhole = all[letters - 3] === ' ';
  const words = isWhole ? begun : begun.slice(0, Math.max(0, begun.lastIndexOf(' ')));
  return words.trimEnd() ? `${words.trimEnd()}...` : all.slice(0, letters).join('');
}

/**
 * The cells of a text that are inked, each as its row and column; a letter takes four columns. Small letters become capitals, accents
 * are left out.
 */
export function* inkOf(text: string): Generator<readonly [row: number, column: number]> {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('’', "'").toUpperCase();
  for (const [place, character] of [...plain].entries()) {
    const rows = LETTERS[character] ?? OTHER;
    for (let row = 0; row < LETTER.height; row++) {
      for (let column = 0; column < LETTER.width; column++) {
        if ((Number(rows[row]) >> (LETTER.width - 1 - column)) & 1)
          yield [row, place * (LETTER.width + 1) + column];
      }
    }
  }
}
