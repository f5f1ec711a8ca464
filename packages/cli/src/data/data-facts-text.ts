import type { DataFacts, Listed } from './data-facts.js';
import type { Spread } from './spread.js';

/** What a data set holds as lines of text. */
export function dataFactsText(name: string, format: string, facts: DataFacts): string {
  const { captions, labels, probed, leftOut } = facts;
  const lines: [string, string][] = [
    ['data set', `${name} (${format})`],
    ['samples', `${facts.samples} of ${facts.videos} videos`],
    ['missing', listText(facts.missing, 'no file')],
  ];
  if (leftOut.rows > 0) lines.push(['left out', `${leftOut.rows} rows that cannot be right`]);
  if (leftOut.files > 0) lines.push(['left out', `${leftOut.files} files that are no videos or captions`]);
  lines.push(
    ['captions', `${captions.count}, ${captions.different} different${spreadText(captions.words, 'words')}`],
    ['no caption', listText(captions.without, 'no sample')],
  );
  if (Object.keys(labels).length === 0) lines.push(['classes', 'none: no sample has a label']);
  for (const [label, { classes, samples, empty, without }] of Object.entries(labels)) {
    const sorted = Object.entries(samples).sort(([, a], [, b]) => b - a);
    const ends = [sorted[0]!, sorted.at(-1)!].map(([each, count]) => `"${each}" with ${count}`);
    const rest = `${empty.length > 0 ? `; ${empty.length} without a sample` : ''}${without > 0 ? `; ${without} samples without one` : ''}`;
    lines.push([label === 'label' ? 'classes' : label, `${classes}, from ${ends.join(' to ')}${rest}`]);
  }
  if (probed.hours !== undefined)
    lines.push([
      'duration',
      `${hoursText(probed.hours)}${probed.hoursExact ? '' : ` by ${probed.videos} videos`}${spreadText(probed.seconds, 's')}`,
    ]);
  if (probed.videos > 0)
    lines.push(
      ['sizes', tallyText(probed.sizes)],
      ['codecs', tallyText(probed.codecs)],
      ['frames/s', tallyText(probed.fps)],
      ['unreadable', listText(probed.unreadable, `none of ${probed.videos} opened`)],
    );
  return lines.map(([what, says]) => `${what.padEnd(11)} ${says}`).join('\n');
}

function listText({ count, first }: Listed, none: string): string {
  return count === 0 ? none : `${count}: ${first.join(', ')}${count > first.length ? ', …' : ''}`;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

const spreadText = (spread: Spread | undefined, unit: string): string =>
  spread ? `; ${round(spread.min)} to ${round(spread.max)} ${unit}, median ${round(spread.median)}` : '';

function hoursText(hours: number): string {
  if (hours >= 1) return `${hours.toFixed(hours < 100 ? 1 : 0)} h`;
  return hours * 60 >= 1 ? `${(hours * 60).toFixed(1)} min` : `${(hours * 3600).toFixed(1)} s`;
}

/** The three most frequent, and how many others. */
function tallyText(tally: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(tally).sort(([, a], [, b]) => b - a);
  const told = sorted.slice(0, 3).map(([name, count]) => `${name} (${count})`);
  return [...told, ...(sorted.length > 3 ? [`${sorted.length - 3} others`] : [])].join(', ') || '-';
}
