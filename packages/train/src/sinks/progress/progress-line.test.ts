import * as tf from '@tensorflow/tfjs';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../trainer/events.js';
import { follow } from '../follow.js';
import { endEvent, replayed, stepEvent, tinyRun } from '../tiny-run.test-support.js';
import type { ProgressStream } from './lines.js';
import { progressLine } from './progress-line.js';

/** What a stream was given. */
function stream(shape: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const to: ProgressStream = { ...shape, write: (text) => void written.push(text) };
  return { to, text: () => written.join(''), written };
}

/** The rows of a terminal that was given a text, as they stand at its end. */
function screenOf(text: string, columns: number): string[] {
  const rows: string[] = [''];
  // Goes to the beginning of the row and removes it.
  for (const character of text.replaceAll('\r\u001b[2K', '\r')) {
    if (character === '\n') rows.push('');
    else if (character === '\r') rows[rows.length - 1] = '';
    else rows[rows.length - 1] += character;
    // A longer line would take two rows, and could not be drawn over.
    const changes = /^step \d+ of/.test(rows.at(-1)!);
    if (changes) expect(rows.at(-1)!.length).toBeLessThan(columns);
  }
  return rows;
}

const begin = (step: number): TrainEvent => ({ type: 'begin', step, steps: 100, description: {} as never });
const evaluated: TrainEvent = {
  type: 'evaluated',
  step: 2,
  evaluator: 'representation',
  parameters: 'average',
  figures: { 'probe/top1': 43.21, 'knn/top1': Number.NaN },
};
const bad = { id: 'k400/\u001b[31m0231', code: 'VIDEO_DAMAGED', message: 'It ends early.', by: 7 };

describe('progressLine', () => {
  it('writes lines where the stream is no terminal, one of each event', async () => {
    const { to, text } = stream();
    const events = [
      begin(1),
      stepEvent(2, { replaced: [bad] }),
      evaluated,
      { type: 'notice', code: 'CHECKPOINT_DAMAGED', message: 'Passed over step-3.' } as const,
      { type: 'saved', step: 2, path: 'x' } as const,
      endEvent(2, { reason: 'stopped', checkpoint: 'run/step-2' }),
    ];
    await follow(replayed(events), [progressLine({ stream: to, seconds: 0 })]);
    const lines = text().split('\n');
    expect(lines).toEqual([
      'goes on from step 1 of 100',
      'step 2: k400/\\u001b[31m0231 gives its place to sample 7. It ends early.',
      expect.stringMatching(
        /^step 2 of 100, reconstruction 0\.831 of 0\.984, contrastive 3\.4 of 3\.47, 64 clips\/s, 25 % /,
      ),
      'step 2, representation of the average: probe/top1 43.2, knn/top1 NaN',
      'Passed over step-3.',
      expect.stringMatching(/^stopped at step 2, in \d+ s; checkpoint run\/step-2$/),
      '',
    ]);
  });

  it('writes a line every so often, and the last step', async () => {
    const { to, text } = stream();
    const steps = [1, 2, 3, 4, 5].map((step) => stepEvent(step));
    await follow(replayed([begin(0), ...steps, endEvent(5)]), [progressLine({ stream: to, seconds: 1000 })]);
    expect(text().match(/^\S+ (at )?step \d+|^step \d+/gm)).toEqual([
      'step 1',
      'step 5',
      'completed at step 5',
    ]);
  });

  it.each([20, 80, 200])('draws one line over and over on a terminal of %i columns', async (columns) => {
    const { to, text } = stream({ isTTY: true, columns });
    const events = [stepEvent(1), stepEvent(2, { replaced: [bad] }), evaluated, stepEvent(3), endEvent(3)];
    await follow(replayed(events), [progressLine({ stream: to })]);
    const rows = screenOf(text(), columns);
    expect(rows).toEqual([
      expect.stringMatching(/^step 2: k400/),
      expect.stringMatching(/^step 2, representation/),
      expect.stringMatching(/^step 3 of 100/),
      expect.stringMatching(/^completed at step 3/),
      '',
    ]);
    const last = rows[2]!;
    expect(last.length).toBeLessThan(columns);
    if (columns === 200) expect(last).toMatch(/GiB$/);
    else expect(last.length).toBe(columns - 1);
  });

  it('is no wider than a terminal whose term has letters of two columns', async () => {
    const { to, text } = stream({ isTTY: true, columns: 30 });
    await follow(replayed([stepEvent(1, { terms: { 再構成の誤差: 1 } }), endEvent(1)]), [
      progressLine({ stream: to }),
    ]);
    const [row] = screenOf(text(), 30);
    const width = [...row!].reduce((sum, character) => sum + (character <= '~' ? 1 : 2), 0);
    expect(width).toBeLessThan(30);
    expect(row).toContain('再');
  });

  it('leaves the last line of a run that fails as it is', async () => {
    const { to, text } = stream({ isTTY: true, columns: 200 });
    async function* failing() {
      yield stepEvent(1);
      yield stepEvent(2);
      throw new Error('the loss is not finite');
    }
    await expect(follow(failing(), [progressLine({ stream: to })])).rejects.toThrow('not finite');
    expect(screenOf(text(), 200)).toEqual([expect.stringMatching(/^step 2 of 100/), '']);
  });

  it('shows a real run', async () => {
    const { to, text } = stream();
    const engine = await cpuEngine();
    const { params, buffers, average } = await follow(tinyRun(engine), [
      progressLine({ stream: to, seconds: 0 }),
    ]);
    tf.dispose([params, buffers, average] as unknown as tf.TensorContainer);
    await engine.dispose();
    const lines = text().trimEnd().split('\n');
    expect(lines.filter((line) => /^step \d of 6, match [\d.]+, square [\d.]+, /.test(line)).length).toBe(6);
    expect(lines[4]).toMatch(/^step 3, first of the average: weight [\d.-]+, none NaN$/);
    expect(lines[5]).toMatch(/ s left, /);
    expect(lines.at(-1)).toMatch(/^completed at step 6/);
  });

  it.each([
    [{ stream: {} }, 'stream'],
    [{ seconds: -1 }, 'seconds'],
    [{ every: 3 }, 'every'],
  ])('refuses %j', (options, option) => {
    expect(() => progressLine(options as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: `progressLine, option ${option}` }),
    );
  });
});
