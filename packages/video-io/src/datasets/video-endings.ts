/** Endings of file names that are taken for videos. */
export const VIDEO_ENDINGS: ReadonlySet<string> = new Set(['mp4', 'mov', 'mkv', 'webm', 'avi', 'm4v', 'mpg']);
