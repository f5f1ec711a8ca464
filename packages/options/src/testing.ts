export {
  type DescribedFactory,
  type DescriptionContractParts,
  descriptionContract,
  type ExportedFactories,
} from './description-contract.js';
export { type OptionsCheck, type OptionsContractParts, optionsContract } from './options-contract.js';
