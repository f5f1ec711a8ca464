/**
 * The first key that an object of a JSON text names twice; undefined when none does.
 * `JSON.parse` silently keeps the last one. The text must be valid JSON.
 */
export function duplicateKey(json: string): string | undefined {
  const colon = /[ \t\n\r]*:/y;
  const open: Set<string>[] = [];
  let index = 0;
  while (index < json.length) {
    const character = json[index];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = stringEnd(json, index);
      colon.lastIndex = end;
      if (colon.test(json)) {
        const key: string = JSON.parse(json.slice(index, end));
        const keys = open[open.length - 1]!;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      index = end;
      continue;
    }
    index++;
  }
  return undefined;
}

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(json: string, start: number): number {
  let index = start + 1;
  while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1;
  return index + 1;
}
