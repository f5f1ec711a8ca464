export type { CaptionOptions } from './captions/caption-section.js';
export { type CaptionedVideo, writeCaptions } from './captions/write-captions.js';
export { defineConfig, type TgmConfig } from './config/tgm-config.js';
export { type DataFacts, type DataFactsOptions, dataFacts } from './data/data-facts.js';
export type { DataOptions, FormatName } from './data/data-section.js';
export { openDataset } from './data/open-dataset.js';
export { type Check, type DoctorOptions, examineMachine } from './doctor/examine-machine.js';
export { CliError, type CliErrorCode } from './program/errors.js';
export type { ShardsOptions } from './shards/shards-section.js';
