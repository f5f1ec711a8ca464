/** Endings of file names that are taken for videos, in small letters: those of the formats that are opened. */
export const VIDEO_ENDINGS: ReadonlySet<string> = new Set([
  ...['mp4', 'm4v', 'mov', 'qt', '3gp', '3g2'],
  ...['mkv', 'webm', 'avi', 'flv', 'f4v'],
  ...['mpg', 'mpeg', 'mpe', 'vob', 'ts', 'mts', 'm2ts', 'm2t'],
  ...['wmv', 'asf', 'ogv', 'ogm'],
  ...['h264', '264', 'hevc', 'h265', '265', 'm1v', 'm2v', 'ivf', 'obu', 'gif'],
]);

/** Behind the last dot of a file's name, in small letters; empty where there is none. */
export function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}
