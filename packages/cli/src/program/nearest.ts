import leven, { closestMatch } from 'leven';

/** The name that was probably meant: at most every third letter is another. Nothing where none is that near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const found = closestMatch(name, known);
  const most = Math.ceil(name.length / 3);
  return found !== undefined && leven(name, found) <= most ? found : undefined;
}
