import type { Contestant } from './contestant.js';

/**
 * What each of several measurements gives, taken in turn, so that all meet the same machine.
 *
 * @param measures by name; one that is not there gives nothing.
 * @param tell hears of each round.
 */
export async function inTurn<Name extends string>(
  measures: Readonly<Record<Name, (() => Promise<number>) | undefined>>,
  rounds: number,
  tell: (line: string) => void,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = (Object.keys(measures) as Name[]).filter((name) => measures[name]);
  const found = Object.fromEntries(Object.keys(measures).map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) found[name].push(await measures[name]!());
    tell(names.map((name) => `${name} ${found[name].at(-1)!.toPrecision(3)}`).join(', '));
  }
  return found;
}

/** Seconds of a program's next answer to a word. */
export const secondsOf =
  (program: Contestant, word: string): (() => Promise<number>) =>
  async () =>
    (await program.ask(word)).seconds!;
