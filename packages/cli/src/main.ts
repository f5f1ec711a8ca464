import { commandWords } from './commands/command-words.js';
import { runCommand } from './commands/run-command.js';
import { explain } from './program/explain.js';
import { runProgram } from './program/run-program.js';

const args = process.argv.slice(2);
const explained = (error: unknown): string => commandWords(args[0], explain(error));
await runProgram(async (signal) => {
  process.exitCode = await runCommand(args, signal);
}, explained);
