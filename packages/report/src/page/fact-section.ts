import type { Fact, FactTable, SkippedFile, Stage } from '../report.js';
import { html, type Insertion, type Markup } from './markup.js';
import { durationText, numberText } from './number-text.js';

/** Names and values; records within become tables within. */
export function factTable(facts: FactTable): Markup {
  const rows = Object.entries(facts).filter(([, fact]) => fact !== undefined && fact !== null);
  return html`<table class="facts"><tbody>${rows.map(
    ([name, fact]) => html`<tr><th scope="row">${name}</th><td>${factCell(fact)}</td></tr>
`,
  )}</tbody></table>`;
}

function factCell(fact: Fact): Insertion {
  if (fact === undefined || fact === null) return undefined;
  if (typeof fact === 'number') return numberText(fact);
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no';
  if (typeof fact === 'string') return html`<bdi>${fact}</bdi>`;
  if (!isList(fact)) return factTable(fact);
  if (fact.some((item) => typeof item === 'object' && item !== null)) {
    return factTable(Object.fromEntries(fact.map((item, at) => [String(at + 1), item])));
  }
  return fact.map((item, at) => [at > 0 ? ', ' : undefined, factCell(item)]);
}

const isList = (fact: Fact): fact is readonly Fact[] => Array.isArray(fact);

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
