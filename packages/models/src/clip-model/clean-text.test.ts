import { describe, expect, it } from 'vitest';
import { cleanText } from './clean-text.js';

/** What ftfy 6.3.1 and Python's html.unescape, twice, give. */
const cases: [string, string, string][] = [
  ['entities of entities', '&amp;amp;lt; fish &amp; chips', '< fish & chips'],
  ['entities by number and by a name without end', '&#39;x&#x27; &copy 2020 &notit;', "'x' © 2020 ¬it;"],
  ['entities of entities beside a tag', '<b>&amp;lt;', '<b><'],
  ['no entity', 'AT&T & a&b; AT&amp', 'AT&T & a&b; AT&'],
  ['quotes', '“a” ‘b’ it’s „c“ «d» it´s', '"a" \'b\' it\'s "c" «d» it´s'],
  ['joined letters', 'ﬁne ﬂow ǆ ŉ', "fine flow dž 'n"],
  ['wide and narrow forms', 'ｆｕｌｌ　ﾊﾞﾝ，', 'full バン,'],
  ['an accent apart', 'cafe\u0301', 'café'],
  ['line breaks', 'a\r\nb\u2028c\rd', 'a\nb\nc\nd'],
  ['control characters', '\ufeffa\0b\u0007 \u001b[1;31mred\u001b[0m c1\u0085', 'ab red c1…'],
  ['a lone surrogate', 'a\ud800b 🐕', 'a\ufffdb 🐕'],
  ['UTF-8 read as Windows-1252', 'schÃ¶n naÃ¯ve donâ€™t â€œhiâ€\u009d', 'schön naïve don\'t "hi"'],
  ['that beside sound text', '你好 cafÃ© €5', '你好 café €5'],
  ['a whole text of another script', 'Ð¿Ñ€Ð¸Ð²ÐµÑ‚', 'привет'],
  ['letters that could be such bytes', 'SÃO PÂTÉ ß°', 'SÃO PÂTÉ ß°'],
];

describe('cleanText', () => {
  it.each(cases)('repairs %s', (_, text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  it('leaves plain text alone', () => {
    const text = "A dog's ball, 3 x 4 = 12; naïve façade – Łódź — Ελλάδα 東京";
    expect(cleanText(text)).toBe(text);
  });
});
