import { chooseIndices, seededRandom } from '@tgm/random';

const order = chooseIndices(5, 5, seededRandom(0, 'order'));
if ([...order].sort().join() !== '0,1,2,3,4') throw new Error(`a permutation of 5 expected, got ${order}`);
console.log(`a permutation of 5: ${order.join(' ')}`);
