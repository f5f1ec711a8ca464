/** `sentences` stand for themselves (CuPL); `descriptors` are marks such as "a long bow" (Menon and Vondrick). */
export type DescriptionForm = 'sentences' | 'descriptors';

interface Form {
  /** What is asked where no questions are given; `{}` is the class in words. */
  readonly questions: readonly string[];
  /** The texts of one answer. */
  read(answer: string): string[];
}

/** What stands before a line of a list: "- ", "* ", "2. ". */
const BULLET = /^\s*(?:[-*\u2022]|\d+[.)])\s*/;

export const FORMS: Readonly<Record<DescriptionForm, Form>> = {
  // An answer is a sentence or a few (CuPL, arXiv 2209.03320).
  sentences: {
    questions: [
      'Describe in a sentence what a video of {} shows.',
      'What does a person look like who is doing {}?',
      'How does one recognise {} in a video?',
    ],
    read: (answer) => [answer.replace(/\s+/g, ' ').trim()],
  },
  // An answer is a list, a mark a line (Menon and Vondrick, arXiv 2210.07183).
  descriptors: {
    questions: [
      'Which visible features tell that a video shows {}? Answer with a list of short phrases, one on each line.',
    ],
    read: (answer) => answer.split('\n').map((line) => line.replace(BULLET, '').replace(/\s+/g, ' ').trim()),
  },
};
