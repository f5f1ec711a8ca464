export { type ContractCheck, type MaskingContractOptions, maskingContract } from './contract.js';
export type { StrategyFactory } from './contract-refusals.js';
export { type MaskLeak, type MaskLeakOptions, maskLeak } from './mask-leak.js';
export { type SyntheticCues, syntheticCues } from './synthetic-cues.js';
