import { createHash } from 'node:crypto';
import type { ClipModelTokenizer } from '@tgm/models';

/** What decides which numbers a text becomes. */
export function describeTokenizer({ json, config, contextLength, eosTokenId }: ClipModelTokenizer) {
  const digest = createHash('sha256')
    .update(JSON.stringify([json, config]))
    .digest('hex');
  return { is: 'clipModelTokenizer', contextLength, eosTokenId, digest };
}
