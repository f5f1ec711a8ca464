import { stat } from 'node:fs/promises';
import { hubFolder } from '@tgm/models';
import { CliError } from '../program/errors.js';
import { hubAddress } from '../program/hub-address.js';
import { TINY_CLIP_FOLDER } from '../tiny-clip-folder.js';
import type { TeacherOptions } from './teacher-section.js';

/** The names that the Hub has: an owner and a model. */
const HUB_NAME = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/**
 * The folder of the CLIP that is asked for, fetched from the Hub where it is no folder: `HF_ENDPOINT` and `HF_TOKEN` are those of Python.
 *
 * @throws CliError `INPUT_INVALID` for what is no folder and no name of the Hub, `OPTION_INVALID` for a name without its commit;
 *   ModelError as `hubFolder`.
 */
export async function teacherFolder({ clip, revision, offline, cacheDir }: TeacherOptions): Promise<string> {
  if (clip === undefined) return TINY_CLIP_FOLDER;
  if ((await stat(clip).catch(() => undefined))?.isDirectory()) return clip;
  if (!HUB_NAME.test(clip))
    throw new CliError('INPUT_INVALID', {
      where: 'teacher.clip',
      expected: 'a folder that is there, or the name of a model on the Hub',
      received: `"${clip}"`,
    });
  if (revision === undefined)
    throw new CliError('OPTION_INVALID', {
      where: 'teacher.revision',
      expected: `the commit of ${clip} on the Hub`,
      received: 'nothing',
      advice: `No folder ${clip} is there. For the model of the Hub give it by --revision: its page lists commits under "Files and versions".`,
    });
  const accessToken = process.env.HF_TOKEN;
  return hubFolder(clip, {
    revision,
    offline,
    hubUrl: hubAddress(),
    ...(cacheDir !== undefined && { cacheDir }),
    ...(accessToken && { accessToken }),
  });
}
