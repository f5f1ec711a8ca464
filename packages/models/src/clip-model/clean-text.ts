import { decodeHTML, decodeHTMLStrict } from 'entities/decode';
import { repairMojibake } from './mojibake.js';

/** Letters that one sign joins, such as the ligature fi; their compatibility form is the letters apart. */
const LIGATURES = /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g;

/** Full-width and half-width forms, and the wide space. */
const WIDTHS = /[\uff01-\uffef\u3000]/g;

const SINGLE_QUOTES = /[\u02bc\u2018-\u201b]/g;
const DOUBLE_QUOTES = /[\u201c-\u201f]/g;
const LONE_SURROGATES = /\p{Surrogate}/gu;
const LINE_BREAKS = /\r\n|[\r\u2028\u2029\u0085]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const TERMINAL_COLOURS = /\u001b\[[\d;]*[a-zA-Z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

/**
 * A text as openai/CLIP's tokenizer reads it (clip/simple_tokenizer.py, `basic_clean`): repaired as ftfy 6 does, HTML
 * entities decoded twice, so that `&amp;amp;` is `&`.
 *
 * Text decoded wrongly is repaired where it was UTF-8 taken for Windows-1252 or Latin-1, the common case; ftfy knows other
 * code pages too.
 */
export function cleanText(text: string): string {
  return decodeHTML(decodeHTML(repaired(text)));
}

/** ftfy's `fix_text`, until nothing changes. */
function repaired(text: string): string {
  let before: string;
  let after = text;
  do {
    before = after;
    // Text with tags may mean its entities.
    const decoded = before.includes('<') ? before : decodeHTMLStrict(before);
    after = repairMojibake(decoded)
      .replace(LIGATURES, (sign) => sign.normalize('NFKC'))
      .replace(WIDTHS, (sign) => sign.normalize('NFKC'))
      .replace(SINGLE_QUOTES, "'")
      .replace(DOUBLE_QUOTES, '"')
      .replace(LINE_BREAKS, '\n')
      .replace(LONE_SURROGATES, '\ufffd')
      .replace(TERMINAL_COLOURS, '')
      .replace(CONTROLS, '')
      .normalize('NFC');
  } while (after !== before);
  return after;
}
