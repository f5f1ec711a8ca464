import type { Row } from './row.js';

/** The table of rows as it stands in README.md, between its marks. */
export function tableText(rows: readonly Row[]): string {
  const cells = [
    ['system', 'part', 'what runs'],
    ...rows.map(({ name, part, runs, reading }) => [
      name,
      part,
      reading === undefined ? runs : `${runs}; a reading: ${reading}`,
    ]),
  ];
  const [head, ...body] = cells.map(
    (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return [head, '| --- | --- | --- |', ...body].join('\n');
}

const [BEGIN, END] = ['<!-- rows -->', '<!-- end of rows -->'];

/** README.md with the table of these rows in place of its own. */
export function withTable(readme: string, rows: readonly Row[]): string {
  const [from, to] = [readme.indexOf(BEGIN) + BEGIN.length, readme.indexOf(END)];
  return `${readme.slice(0, from)}\n${tableText(rows)}\n${readme.slice(to)}`;
}
