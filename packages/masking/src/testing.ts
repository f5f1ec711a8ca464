export { type MaskingContractOptions, maskingContract } from './contract/contract.js';
export type { StrategyFactory } from './contract/contract-refusals.js';
export type { ContractCheck } from './contract/contract-trial.js';
export { type SyntheticCues, syntheticCues } from './contract/synthetic-cues.js';
export { type MaskLeak, type MaskLeakOptions, maskLeak } from './leak/mask-leak.js';
