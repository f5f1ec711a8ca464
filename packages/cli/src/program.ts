export { type CommandLine, readCommandLine } from './program/command-line.js';
export { CliError, type CliErrorCode } from './program/errors.js';
export { EXIT_CODES, exitCodeOf } from './program/exit-codes.js';
export { explain } from './program/explain.js';
export { nearest } from './program/nearest.js';
export { printable } from './program/printable.js';
export { duration, type Progress, progress } from './program/progress.js';
export { beforeSuddenEnd, runProgram, Stopped } from './program/run-program.js';
export { say, warn } from './program/say.js';
