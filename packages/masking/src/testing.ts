export { type ContractCheck, type MaskingContractOptions, maskingContract } from './contract.js';
export type { StrategyFactory } from './contract-refusals.js';
export { type SyntheticCues, syntheticCues } from './synthetic-cues.js';
