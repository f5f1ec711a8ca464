export { chooseIndices, normal, uniformIndex } from './draws.js';
export { RandomError, type RandomErrorCode } from './errors.js';
export type { Random } from './random.js';
export { seededRandom } from './seeded-random.js';
