/** A file that goes along with a sample's video. */
export interface Attachment {
  /** Ending under which it stands in the shard. */
  readonly ending: string;
  readonly name: string;
}

/** Those of some file names that belong to a sample: its id, slashes as `_`, then a dot and the ending. */
export function attachmentsOf(id: string, names: readonly string[]): Attachment[] {
  const stem = `${id.replaceAll('/', '_')}.`;
  return names
    .filter((name) => name.startsWith(stem))
    .map((name) => ({ ending: name.slice(stem.length), name }));
}
