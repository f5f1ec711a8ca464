import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'jsonc-parser';
import type { TgmConfig } from '../config/tgm-config.js';
import { type TeacherOptions, teacherTable } from '../teacher/teacher-section.js';
import { RUN_FILES } from '../training/run-folder.js';
import type { ModelFolder } from './model-folder.js';

/** What the run that a model comes from was made with: its saved configuration; empty where there is none. */
export async function runConfig({ path, kind, run }: ModelFolder): Promise<TgmConfig> {
  const folder = run ?? (kind === 'checkpoint' ? dirname(path) : path);
  const text = await readFile(join(folder, RUN_FILES.config), 'utf8').catch(() => undefined);
  const values: unknown = text === undefined ? undefined : parse(text, [], { allowTrailingComma: true });
  return typeof values === 'object' && values !== null ? values : {};
}

/** The teacher that is named, else that of the model's run. What else is given, such as `offline`, stands over the run's. */
export async function teacherOf(folder: ModelFolder, given: TeacherOptions): Promise<TeacherOptions> {
  if (given.clip !== undefined) return given;
  const defaults = teacherTable.check({});
  const said = Object.entries(given).filter(
    ([name, value]) => value !== undefined && value !== defaults[name as keyof TeacherOptions],
  );
  return { ...(await runConfig(folder)).teacher, ...Object.fromEntries(said) };
}
