import { dirname } from 'node:path';
import { savedConfig } from '../config/saved-config.js';
import type { TgmConfig } from '../config/tgm-config.js';
import { type TeacherOptions, teacherTable } from '../teacher/teacher-section.js';
import type { ModelFolder } from './model-folder.js';

/** What the run that a model comes from was made with: its saved configuration; empty where there is none. */
export function runConfig({ path, kind, run }: ModelFolder): Promise<TgmConfig> {
  const folder = run ?? (kind === 'checkpoint' ? dirname(path) : path);
  return savedConfig(folder);
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
