/**
 * `npm run trust`: whether masks hide what the caption names, measured against ground truth.
 *
 *   npm run trust -- --clips 240
 *   npm run --silent trust -- --json > trust.jsonl
 *
 * Renders clips of Moving Shapes, writes them as H.264, decodes them with their motion vectors, scores their patches with the
 * tiny CLIP, and measures each part of parts.ts. Prints tables, or with `--json` a line a row, and writes `report.html`.
 * Progress goes to standard error.
 */
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { printable, readCommandLine, runProgram, say, warn } from '@tgm/cli/program';
import { flag, optional, text, wholeNumber } from '@tgm/options';
import { type Report, type Stage, writePage } from '@tgm/report';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { ProgramError } from '../program/errors.js';
import { type KnownClip, knownClips } from './known-clips.js';
import type { TrustPart, TrustSection, TrustWork } from './part.js';
import { PARTS } from './parts.js';
import { tableText } from './table-text.js';

const ROOT = resolve(import.meta.dirname, '../..');
const CLIPS = 240;
const QUICK_CLIPS = 24;

const USAGE = `npm run trust

  --only <a,a,…>   default all parts:
${PARTS.map(({ name, note }) => `                     ${name}: ${note}`).join('\n')}
  --clips <n>      clips to measure on; default ${CLIPS}
  --seed <n>       of the clips; default 0
  --json           prints a line of JSON for each row, and nothing else
  --quick          ${QUICK_CLIPS} clips, to see that everything works
  --out <folder>   default runs/trust in the repository; gets report.html
  --data <folder>  where Moving Shapes is made; default data/ in the repository
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'npm run trust',
      fields: {
        only: optional(text()),
        clips: optional(wholeNumber({ from: 2 })),
        seed: optional(wholeNumber(), 0),
        json: optional(flag(), false),
        quick: optional(flag(), false),
        out: optional(text(), join(ROOT, 'runs/trust')),
        data: optional(text(), join(ROOT, 'data')),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { seed, json, quick } = options;
  const parts = chosenParts(options.only);
  const clips = options.clips ?? (quick ? QUICK_CLIPS : CLIPS);
  const [out, data] = [resolve(options.out), resolve(options.data)];
  const workers = availableParallelism();
  const started = new Date();
  const engine = await onnxEngine({ threads: workers });
  let known: Promise<KnownClip[]> | undefined;
  const work: TrustWork = {
    ...{ clips, seed, quick, data, out, workers, engine, signal },
    known() {
      const clipModel = TINY_CLIP_FOLDER;
      known ??= knownClips({ data, seed, clips, workers, engine, clipModel, signal });
      return known;
    },
    tell: (row) => {
      if (json) say(JSON.stringify(row));
    },
  };
  const sections: TrustSection[] = [];
  const stages: Stage[] = [];
  try {
    for (const part of parts) {
      warn(`${part.name}: ${part.note}`);
      const begun = performance.now();
      const section = await part.measure(work);
      stages.push({ name: part.name, seconds: (performance.now() - begun) / 1000 });
      sections.push(section);
      if (!json) for (const table of section.tables) say(`\n${tableText(table)}`);
    }
  } finally {
    await engine.dispose();
  }
  const report: Report = {
    title: 'Do masks hide what the caption names?',
    summary:
      'Clips of Moving Shapes are rendered, so that it is known to the pixel where the named object is. They are written as H.264 and decoded, as a data set is.',
    started: started.toISOString().replace('T', ' ').slice(0, 16),
    seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0),
    command: `npm run trust -- ${process.argv.slice(2).map(printable).join(' ')}`,
    facts: { clips, seed, size: '64 x 64 pixels, 8 frames in 4 slices of 8 x 8 tokens' },
    settings: Object.assign({}, ...sections.map(({ settings }) => settings ?? {})),
    stages,
    tables: sections.flatMap(({ tables }) => tables),
    clips: sections.flatMap((section) => section.clips ?? []),
  };
  const path = await writePage(join(out, 'report.html'), report);
  warn(`report: ${relative(process.cwd(), path)}`);
});

function chosenParts(list: string | undefined): readonly TrustPart[] {
  const names = list?.split(',') ?? PARTS.map(({ name }) => name);
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length === 0) return PARTS.filter(({ name }) => names.includes(name));
  throw new ProgramError('OPTION_INVALID', {
    where: 'npm run trust, option only',
    expected: `some of ${PARTS.map(({ name }) => name).join(',')}`,
    received: unknown.join(','),
  });
}
