import { createHash } from 'node:crypto';
import { optionTable } from '@tgm/options';
import { ModelError } from './errors.js';
import { params } from './option-fields.js';
import type { Params } from './params.js';

const table = optionTable('tensorsDigest', { tensors: params() }, ModelError);

/**
 * A digest of tensors by name, whatever their order: sha-256 in hex.
 * @throws ModelError with `OPTION_INVALID`
 */
export async function tensorsDigest(tensors: Params): Promise<string> {
  table.check({ tensors });
  const hash = createHash('sha256');
  for (const [name, tensor] of Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { buffer, byteOffset, byteLength } = await tensor.data();
    hash.update(`${name} ${tensor.shape} `).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

/** SHA-256 of tensors, and of what JSON says of something beside them: the files of a tokenizer. */
export async function modelDigest(tensors: Params, beside: unknown): Promise<string> {
  return createHash('sha256')
    .update(`${await tensorsDigest(tensors)} ${JSON.stringify(beside)}`)
    .digest('hex');
}
