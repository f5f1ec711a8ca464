import type { Fact, FactTable, SkippedFile, Stage } from '../report.js';
import { html, type Insertion, type Markup } from './markup.js';
import { durationText, numberText } from './number-text.js';

/** Names and values. A record within becomes a table within; of what lies deeper the names are joined by dots. */
export function factTable(facts: FactTable): Markup {
  return tableOf(
    Object.entries(facts).map(([name, fact]) => [
      name,
      isRecord(fact)
        ? tableOf(leavesOf(fact).map(([within, leaf]) => [within, leafText(leaf)]))
        : leafText(fact),
    ]),
  );
}

function tableOf(rows: readonly (readonly [string, Insertion])[]): Markup {
  const told = rows.filter(([, cell]) => cell !== undefined);
  return html`<table class="facts"><tbody>${told.map(
    ([name, cell]) => html`<tr><th scope="row">${name}</th><td>${cell}</td></tr>
`,
  )}</tbody></table>`;
}

/** What a record holds at any depth, but for the items of plain lists. */
function leavesOf(facts: object): [string, Fact][] {
  return Object.entries(facts).flatMap(([name, fact]: [string, Fact]): [string, Fact][] => {
    // Items of a list are counted from 1, as people do.
    const shown = Array.isArray(facts) ? String(Number(name) + 1) : name;
    if (!isRecord(fact)) return [[shown, fact]];
    return leavesOf(fact).map(([within, leaf]) => [`${shown}.${within}`, leaf]);
  });
}

/** Whether a fact holds others that have names, or lists of its own. */
const isRecord = (fact: Fact): fact is FactTable | readonly Fact[] =>
  Array.isArray(fact)
    ? fact.some((item: Fact) => typeof item === 'object' && item !== null)
    : typeof fact === 'object' && fact !== null;

function leafText(fact: Fact): Insertion {
  if (fact === undefined || fact === null) return undefined;
  if (typeof fact === 'number') return numberText(fact);
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no';
  if (typeof fact === 'string') return html`<bdi>${fact}</bdi>`;
  return (fact as readonly Fact[]).map((item, at) => [at > 0 ? ', ' : undefined, leafText(item)]);
}

/** How long each stage took, as bars. */
export function stageTable(stages: readonly Stage[]): Markup {
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  return html`<table class="facts stages"><tbody>${stages.map(({ name, seconds }) => {
    const share = total > 0 ? (100 * seconds) / total : 0;
    return html`<tr><th scope="row">${name}</th><td>${durationText(seconds)}</td><td class="bar"><span style="width:${share.toFixed(1)}%"></span></td></tr>
`;
  })}</tbody></table>`;
}

export function skippedSection(skipped: readonly SkippedFile[]): Markup {
  return html`<section><h2>Skipped files (${skipped.length})</h2><div class="scroll"><table class="facts"><tbody>${skipped.map(
    ({ file, reason }) => html`<tr><th scope="row"><bdi>${file}</bdi></th><td>${reason}</td></tr>
`,
  )}</tbody></table></div></section>`;
}
