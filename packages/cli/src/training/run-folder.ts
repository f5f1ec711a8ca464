import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pageSink } from '@tgm/report';
import { jsonlSink, type LoggedEvent, readEvents, type Sink, tensorBoardSink } from '@tgm/train';
import { CONFIG_FILE, saveConfig } from '../config/save-config.js';

/** What lies in the folder of a run beside its checkpoints `step-00000100`. */
export const RUN_FILES = {
  config: CONFIG_FILE,
  events: 'events.jsonl',
  tensorBoard: 'tensorboard',
  page: 'report.html',
  result: 'result.json',
} as const;

export interface RunFilesOptions {
  readonly folder: string;
  readonly stage: 'pretrain' | 'finetune';
  /** Of the page. */
  readonly title: string;
  /** The configuration as a file; absent where a program of one's own trains. */
  readonly configText: string | undefined;
  /** Whether the run is measured behind its last step, even if all steps were made before. */
  readonly measures: boolean;
}

/**
 * The files of a run as sinks. Nothing is written before the run's first event, for until then it may be refused: as another run's
 * folder, or as that of a process that is at work.
 *
 * @throws TrainError `SINK_FAILED` for a file of events that is none.
 */
export async function runFiles({
  folder,
  stage,
  title,
  configText,
  measures,
}: RunFilesOptions): Promise<Sink[]> {
  const path = (name: keyof typeof RUN_FILES) => join(folder, RUN_FILES[name]);
  const before = await eventsIn(folder);
  const command = configText !== undefined && `tgm ${stage} --config ${path('config')}`;
  return [
    ...(configText === undefined ? [] : [configSink(folder, configText, measures)]),
    jsonlSink(path('events')),
    tensorBoardSink(path('tensorBoard')),
    pageSink({ path: path('page'), title, before, ...(command && { command }) }),
  ];
}

/** Events of what a run did before; none where it has not begun. */
export async function eventsIn(folder: string): Promise<LoggedEvent[]> {
  const path = join(folder, RUN_FILES.events);
  return existsSync(path) ? readEvents(path) : [];
}

/** A run that does nothing leaves the configuration of the one that did. */
const configSink = (folder: string, text: string, measures: boolean): Sink => ({
  write: async (event) => {
    if (event.type !== 'begin') return;
    const works = measures || event.step < event.steps || !existsSync(join(folder, RUN_FILES.config));
    if (works) await saveConfig(folder, text);
  },
  close: async () => {},
});
