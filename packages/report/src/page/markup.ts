/** Text that is markup already. Only `html` makes one, so every plain string on the page was escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Insertion = string | number | undefined | Markup | readonly Insertion[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML 1.0 cannot hold at all, and lone halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters in file names are what it is for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text that XML can hold. */
export const readableText = (text: string): string => text.replace(FORBIDDEN, '\ufffd');

/** Safe in element content and in quoted attributes. */
export function escapeText(text: string): string {
  return readableText(text).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** Template tag: literal parts are markup, insertions are escaped unless they are markup themselves. */
export function html(parts: TemplateStringsArray, ...insertions: Insertion[]): Markup {
  let text = parts[0]!;
  for (const [index, insertion] of insertions.entries()) text += textOf(insertion) + parts[index + 1]!;
  return new Markup(text);
}

function textOf(insertion: Insertion): string {
  if (insertion === undefined) return '';
  if (insertion instanceof Markup) return insertion.text;
  if (typeof insertion === 'object') return insertion.map(textOf).join('');
  return escapeText(String(insertion));
}
