import { number, optionTable, TgmError } from '@tgm/options';

class CakeError extends TgmError {}
const table = optionTable('bake', { share: number({ from: 0, to: 1 }) }, CakeError);
try {
  table.check({ share: 2 });
  throw new Error('a share of 2 was accepted');
} catch (error) {
  if (error.code !== 'OPTION_INVALID') throw error;
  console.log(error.message);
}
