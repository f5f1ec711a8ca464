import { readFile } from 'node:fs/promises';

/** Numbers of float32 tensors by name. */
export type TensorFile = Readonly<Record<string, Float32Array>>;

/** Reads a file of safetensors by its published form: the length of a header in JSON, the header, the numbers. */
export async function loadTensors(path: string): Promise<TensorFile> {
  const bytes = await readFile(path);
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, begin)) as Record<
    string,
    { readonly data_offsets: readonly [number, number] }
  >;
  const { __metadata__: _, ...tensors } = header;
  return Object.fromEntries(
    Object.entries(tensors).map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, new Float32Array(Uint8Array.from(bytes.subarray(begin + from, begin + to)).buffer)],
    ),
  );
}
