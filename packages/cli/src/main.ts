import { runCommand } from './commands/run-command.js';
import { runProgram } from './program/run-program.js';

await runProgram(async (signal) => {
  process.exitCode = await runCommand(process.argv.slice(2), signal);
});
