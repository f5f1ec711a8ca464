import { createHash } from 'node:crypto';
import type { Params } from '@tgm/models';

/** A digest of tensors by name, whatever their order: sha-256 in hex. */
export async function tensorsDigest(tensors: Params): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, tensor] of Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { buffer, byteOffset, byteLength } = await tensor.data();
    hash.update(`${name} ${tensor.shape} `).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
