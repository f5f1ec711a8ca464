import { callable, oneOf, optional, showValue, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { BadRowPolicy } from './bad-rows.js';

/**
 * Where a video lies: given its published path relative to the folder of videos and its sample's id, the path that it has.
 * For files that were converted, or sorted into other folders: `(file) => file.replace(/\.avi$/, '.mp4')`.
 */
export type PathOf = (file: string, id: string) => string;

/** Options of the readers of manifests. */
export interface ManifestOptions {
  /** Default `refuse`. */
  readonly badRows?: BadRowPolicy;
}

/** Options of all readers of published annotations. */
export interface AnnotationOptions extends ManifestOptions {
  /** Folder of the videos. */
  readonly videos: string;
  /** Default: files have their published paths. */
  readonly path?: PathOf;
}

/** Fields of `ManifestOptions`. */
export const MANIFEST_FIELDS = { badRows: optional(oneOf(['refuse', 'skip']), 'refuse') } satisfies Record<
  keyof ManifestOptions,
  unknown
>;

/** Fields of `AnnotationOptions`. */
export const ANNOTATION_FIELDS = {
  videos: text(),
  path: optional(callable<PathOf>()),
  ...MANIFEST_FIELDS,
} satisfies Record<keyof AnnotationOptions, unknown>;

/** `path` of a reader, checked at each call; without one, the published paths. */
export function pathOf(reader: string, path: PathOf | undefined): PathOf {
  if (path === undefined) return (file) => file;
  return (file, id) => {
    const found: unknown = path(file, id);
    if (typeof found === 'string' && found !== '') return found;
    const where = `${reader}, option path`;
    throw new VideoError('OPTION_INVALID', {
      where,
      expected: `a path for "${id}"`,
      received: showValue(found),
    });
  };
}
