/** An option as a command line has it: `samplesPerShard` is `samples-per-shard`. */
export const flagName = (option: string): string =>
  option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
