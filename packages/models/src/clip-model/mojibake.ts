/** What Windows-1252 has at 0x80 to 0x9f; the five places that it leaves free stay control characters. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const byteOf = new Map([...WINDOWS_1252].map((sign, index) => [sign, 0x80 + index]));

/** The bytes after the first of a sign in UTF-8, 0x80 to 0xbf, as Latin-1 and Windows-1252 show them. */
const REST = `[\\u0080-\\u00bf${WINDOWS_1252}]`;

/** Signs of two, three and four bytes in UTF-8. */
const SIGNS = new RegExp(`[Â-ß]${REST}|[à-ï]${REST}{2}|[ð-ô]${REST}{3}`, 'g');

/** The first bytes of Latin letters and signs, quotes and dashes, and emoji; in sound text nothing of `REST` follows them. */
const COMMON = /^[ÂÃâð]/;

/** So many signs of any script, and nothing else beyond ASCII, are no accident. */
const ENOUGH = 3;

const BEYOND_ASCII = /[^\p{ASCII}]/u;
const C1_CONTROLS = /[\u0080-\u009f]/g;

/**
 * Text whose UTF-8 bytes were taken for Windows-1252 or Latin-1, as it was meant: `schÃ¶n` is `schön`. Control characters of
 * Latin-1 become Windows-1252's signs.
 */
export function repairMojibake(text: string): string {
  const signs = text.match(SIGNS) ?? [];
  const all = signs.length >= ENOUGH && !BEYOND_ASCII.test(text.replace(SIGNS, ''));
  return text
    .replace(SIGNS, (sign) => (all || COMMON.test(sign) ? (decoded(sign) ?? sign) : sign))
    .replace(C1_CONTROLS, (sign) => WINDOWS_1252[sign.charCodeAt(0) - 0x80]!);
}

function decoded(sign: string): string | undefined {
  const bytes = Uint8Array.from(sign, (character) => byteOf.get(character) ?? character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // such as an overlong form
  }
}
