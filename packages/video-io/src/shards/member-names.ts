import { VIDEO_ENDINGS } from '../datasets/video-endings.js';
import type { TarMember } from './tar-members.js';

export interface MemberName {
  /** What the files of a sample share: the path up to the first dot of the name. */
  readonly key: string;
  /** Behind that dot, in small letters. */
  readonly ending: string;
}

/**
 * WebDataset's rule. Undefined for files that it passes over: those without an ending or without a name before it, and those
 * called `__…__`.
 */
export function splitName(name: string): MemberName | undefined {
  const [, key, ending] = /^((?:.*\/)?[^./]+)\.([^/]*)$/s.exec(name) ?? [];
  if (key === undefined || /^__[^/]*__$/.test(name)) return undefined;
  return { key, ending: ending!.toLowerCase() };
}

export const isVideo = ({ name }: TarMember): boolean => VIDEO_ENDINGS.has(splitName(name)?.ending ?? '');
