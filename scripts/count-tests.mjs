// Reads the output of `npm test` and prints "<passed> <failed>": the sum over the packages' vitest summaries.
import { text } from 'node:stream/consumers';

let passed = 0;
let failed = 0;
for (const line of (await text(process.stdin)).split('\n')) {
  const summary = /\bTests\s+(.*)\(\d+\)/.exec(line)?.[1];
  if (summary === undefined) continue;
  passed += Number(/(\d+) passed/.exec(summary)?.[1] ?? 0);
  failed += Number(/(\d+) failed/.exec(summary)?.[1] ?? 0);
}
console.log(`${passed} ${failed}`);
