import { expect, it } from 'vitest';
import { resolveSection } from './resolve-section.js';
import { SECTIONS } from './sections.js';

it('offers all values that begin as the one that was given', async () => {
  const flags = new Map([
    ['preset', { flag: '--preset', texts: ['tgm-b-ssv2'] }],
    ['machine', { flag: '--machine', texts: ['a100'] }],
  ]);
  await expect(resolveSection(SECTIONS.plan, undefined, flags)).rejects.toMatchObject({
    where: '--machine',
    advice: 'Did you mean "a100-40" or "a100-80"?',
  });
});
