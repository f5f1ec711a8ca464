/** Writes about a class, as a language model does. */
export interface ClassWriter {
  /** Both are kept beside the descriptions. */
  readonly model: string;
  readonly revision: string;
  /**
   * @param question in words, with the class in it.
   * @param label the class's name, as it was given.
   * @returns one text or several, each a whole answer.
   */
  write(question: string, label: string): Promise<readonly string[]>;
  dispose?(): Promise<void>;
}
