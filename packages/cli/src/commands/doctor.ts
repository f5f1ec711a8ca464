import { optionGroup, section } from '../config/section.js';
import { type DoctorOptions, doctorTable, examineMachine } from '../doctor/examine-machine.js';
import { EXIT_CODES } from '../program/exit-codes.js';
import type { Command } from './command.js';

const MARKS = { fine: 'ok', warning: '!', wrong: 'x' } as const;

export const doctor: Command = {
  name: 'doctor',
  says: 'Looks at what this machine has of what tgm needs, and tells the command that mends what it lacks',
  details: `Example:
  tgm doctor

ok is fine, ! is missed by some, x by all. Ends with 1 where there is an x.`,
  sections: [
    section(
      'doctor',
      optionGroup(doctorTable, { hub: ['', 'ask the Hub for a file; --no-hub leaves it out'] }),
    ),
  ],
  async run({ sections, signal }) {
    const checks = await examineMachine(sections.doctor!.values as DoctorOptions, signal);
    signal.throwIfAborted();
    const lines = checks.map(({ name, state, found, mend }) => {
      const line = `${MARKS[state].padEnd(2)} ${name.padEnd(12)} ${found}`;
      return mend ? `${line}\n${' '.repeat(16)}-> ${mend}` : line;
    });
    const isWrong = checks.some(({ state }) => state === 'wrong');
    return {
      json: { fine: !isWrong, checks },
      text: lines.join('\n'),
      exitCode: isWrong ? EXIT_CODES.failed : EXIT_CODES.done,
    };
  },
};
