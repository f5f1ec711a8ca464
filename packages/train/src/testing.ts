export {
  type ExampleSourceContractOptions,
  exampleSourceContract,
  type SourceCheck,
} from './data/example-source-contract.js';
