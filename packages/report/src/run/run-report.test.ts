import { describe, expect, it } from 'vitest';
import { page } from '../page/page.js';
import type { Report } from '../report.js';
import type { RunEvent } from './run-event.js';
import { beginEvent, stepEvent } from './run-events.test-support.js';
import { runReport } from './run-report.js';

const plotOf = (report: Report, title: string) => report.plots!.find((plot) => plot.title === title)!;
const lastOf = (report: Report, name: string) =>
  report.tables![0]!.rows.find((row) => row.name === name)?.cells[0];

describe('runReport', () => {
  const events: RunEvent[] = [
    beginEvent(0),
    ...[1, 2, 3, 4].map((step) => stepEvent(step)),
    { type: 'evaluated', step: 4, evaluator: 'probe', parameters: 'current', figures: { top1: 40 } },
    { type: 'evaluated', step: 4, evaluator: 'probe', parameters: 'average', figures: { top1: 42.5 } },
    { type: 'saved', step: 4, path: 'runs/a/step-00000004' },
  ];

  it('says of a run without an end whether more is to come', () => {
    const standing = (running?: boolean) =>
      runReport(events, { title: 'A run', ...(running !== undefined && { running }) }).summary;
    expect(standing()).toBe('The run has not told its end: step 4 of 8, 50 %.');
    expect(standing(true)).toBe('The run goes on: step 4 of 8, 50 %, about 2 s to go.');
    const over = [...events, { type: 'end', reason: 'completed', step: 8 }] as const;
    expect(runReport(over, { title: 'A run', running: true }).summary).toMatch(/^The run has ended/);
  });

  it('says what a run has failed of, until it is taken up again', () => {
    const failed: RunEvent = { type: 'failed', message: 'expected different captions' };
    const summary = (...more: RunEvent[]) =>
      runReport([...events, failed, ...more], { title: 'A run' }).summary;
    expect(summary()).toBe('The run has failed: step 4 of 8, 50 %. expected different captions');
    expect(summary(beginEvent(4))).toBe('The run has not told its end: step 4 of 8, 50 %.');
  });

  it('has a plot of each term with its baseline, of each figure and each evaluation', () => {
    const report = runReport(events, { title: 'A run', command: 'train' });
    expect(report).toMatchObject({
      title: 'A run',
      command: 'train',
      settings: { optimizer: { is: 'adamW' } },
    });
    expect(report.plots!.map(({ title }) => title)).toEqual([
      ...[
        'Loss: contrastive',
        'Loss: reconstruction',
        'probe: top1',
        'scale',
        'learning rate',
        'clips per second',
      ],
    ]);
    expect(plotOf(report, 'Loss: reconstruction')).toMatchObject({
      series: [
        { points: [{ step: 1, value: 1 }, { value: 0.5 }, { value: 1 / 3 }, { step: 4, value: 0.25 }] },
      ],
      references: [{ value: 0.99 }],
    });
    expect(plotOf(report, 'probe: top1').series).toEqual([
      { name: 'current', points: [{ step: 4, value: 40 }] },
      { name: 'average of the parameters', points: [{ step: 4, value: 42.5 }] },
    ]);
    expect(lastOf(report, 'reconstruction')).toBe('0.25'); // one of so few
    expect(lastOf(report, 'last checkpoint')).toBe('runs/a/step-00000004');
    expect(page(report)).toContain('Loss: contrastive');
  });

  it('has plots of how long several processes waited for each other', () => {
    const step = { ...stepEvent(5), reduceWaitSeconds: 0.25, peerWaitSeconds: 0.125 } as RunEvent;
    const report = runReport([...events, step], { title: 'A run' });
    expect(plotOf(report, 'reduce wait seconds').series[0]!.points).toEqual([{ step: 5, value: 0.25 }]);
    expect(plotOf(report, 'peer wait seconds').series[0]!.points).toEqual([{ step: 5, value: 0.125 }]);
    expect(lastOf(report, 'reduce wait seconds')).toBe('0.25');
    expect(lastOf(report, 'peer wait seconds')).toBe('0.125');
  });

  it('says where the run stands', () => {
    const summary = (...more: RunEvent[]) => runReport([...events, ...more], { title: 'a' }).summary;
    expect(summary()).toBe('The run has not told its end: step 4 of 8, 50 %.');
    expect(summary({ type: 'end', reason: 'stopped', step: 4 })).toBe(
      'The run has ended (stopped): step 4 of 8, 50 %.',
    );
    expect(summary({ type: 'end', reason: 'stopped', step: 4 }, beginEvent(4), stepEvent(5))).toBe(
      'The run has not told its end: step 5 of 8, 62 %.',
    );
    expect(runReport([], { title: 'a' }).summary).toBe('The run has not told its end: step 0 of 0.');
  });

  it('forgets steps that a run made again', () => {
    const again = runReport(
      [...events, beginEvent(2), { ...stepEvent(3), terms: { reconstruction: 9 } } as RunEvent],
      {
        title: 'a',
      },
    );
    const { points } = plotOf(again, 'Loss: reconstruction').series[0]!;
    expect(points.map(({ value }) => value)).toEqual([1, 0.5, 9]);
    expect(again.plots!.some(({ title }) => title === 'probe: top1')).toBe(false);
  });

  it('keeps the last twenty notices', () => {
    const notices = Array.from({ length: 25 }, (_, at): RunEvent => ({ type: 'notice', message: `${at}` }));
    const { warnings } = runReport([...events, ...notices], { title: 'A run' });
    expect(warnings).toEqual(Array.from({ length: 20 }, (_, at) => `${at + 5}`));
  });

  it('warns of a loss that is not finite, as long as that step counts, of samples left out, and passes notices on', () => {
    const broken = { ...stepEvent(5), total: Number.NaN, replaced: [{ id: 'b' }, { id: 'c' }] } as RunEvent;
    const notice: RunEvent = { type: 'notice', message: 'A checkpoint was damaged.' };
    const warnings = (...more: RunEvent[]) => runReport([...events, ...more], { title: 'a' }).warnings;
    expect(warnings()).toEqual([]);
    expect(warnings(broken, stepEvent(6), notice)).toEqual([
      'The loss is not finite since step 5.',
      '2 samples could not be read; others took their places.',
      'A checkpoint was damaged.',
    ]);
    expect(warnings({ ...broken, replaced: [] } as RunEvent, beginEvent(4), stepEvent(5))).toEqual([]);
  });
});
