export { type OptionsCheck, type OptionsContractParts, optionsContract } from './options-contract.js';
