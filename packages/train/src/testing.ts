export { type CollectiveCheck, collectiveContract } from './collective/collective-contract.js';
export {
  type ExampleSourceContractOptions,
  exampleSourceContract,
  type SourceCheck,
} from './data/example-source-contract.js';
export {
  type GraphMaskingCheck,
  type GraphMaskingContractOptions,
  graphMaskingContract,
} from './objectives/graph-masking/graph-masking-contract.js';
