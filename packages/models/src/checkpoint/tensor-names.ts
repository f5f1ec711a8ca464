import type { SafetensorsTensor } from '../safetensors/dtype.js';

type Tensors = Readonly<Record<string, SafetensorsTensor>>;

/**
 * What training programs put into the names of tensors: DistributedDataParallel, `torch.compile`, FullyShardedDataParallel and
 * activation checkpointing wrap a model, or a part of it, in a module of their own.
 */
const WRAPPERS = new Set(['module', '_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);

/** Hugging Face's and the authors' names of the encoder inside their larger models; a file of it alone goes without. */
const ENCODERS = ['videomae.', 'encoder.'];

/** What files hold besides parameters: position numbers of older library versions, and the three sizes in OpenAI's CLIP files. */
const NO_PARAMETER = /(^|\.)position_ids$|^(input_resolution|context_length|vocab_size)$/;

/** The key's bias. Video MAE has none; some programs write it as zeros. */
const KEY_BIAS = /\.attention\.(k_bias|key\.bias)$|\.attn\.k_bias$/;

/** Hugging Face's Video MAE calls the biases so since transformers 5. */
const BIASES: readonly [RegExp, string][] = [
  [/\.attention\.query\.bias$/, '.attention.q_bias'],
  [/\.attention\.value\.bias$/, '.attention.v_bias'],
];

/**
 * Tensors under the names that a model expects: without the names of wrappers, without a prefix that others put before the
 * whole model (`model.`, `backbone.`), and with the encoder's where a file holds it alone. What is no parameter is left out.
 *
 * @returns each tensor's name in the file by its new one. Where two would get the same new name, all keep their old ones.
 */
export function expectedNames(tensors: Tensors, expected: readonly string[]): Map<string, string> {
  const plain = Object.keys(tensors).filter((name) => !isNoParameter(unwrapped(name), tensors[name]!));
  if (expected.every((name) => Object.hasOwn(tensors, name)))
    return new Map(plain.map((name) => [name, name]));
  const renamed = plain.map(unwrapped);
  const rename = renaming(renamed, expected);
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const [place, name] of renamed.entries()) {
    const wanted = rename(name);
    if (found.has(wanted)) twice.add(wanted);
    found.set(wanted, plain[place]!);
  }
  if (twice.size === 0) return found;
  return new Map(plain.map((name) => [name, name]));
}

function isNoParameter(name: string, { data }: SafetensorsTensor): boolean {
  if (NO_PARAMETER.test(name)) return true;
  return KEY_BIAS.test(name) && data.every((value: number | bigint) => Number(value) === 0);
}

function unwrapped(name: string): string {
  const plain = name.split('.').filter((part) => !WRAPPERS.has(part));
  return BIASES.reduce((renamed, [from, to]) => renamed.replace(from, to), plain.join('.'));
}

/** How the names of a file become those expected: the prefix that fits most of them is taken off. */
function renaming(names: readonly string[], expected: readonly string[]): (name: string) => string {
  const ways = ['', ...ENCODERS].flatMap((encoder) => {
    const endings = expected.filter((name) => name.startsWith(encoder));
    return [...prefixCounts(names, endings, encoder)].map(([prefix, count]) => ({ prefix, encoder, count }));
  });
  // Of ways that fit as many, the one that takes and adds least.
  ways.sort(
    (a, b) => b.count - a.count || a.encoder.length + a.prefix.length - (b.encoder.length + b.prefix.length),
  );
  const best = ways[0];
  if (!best) return (name) => name;
  return (name) => (name.startsWith(best.prefix) ? `${best.encoder}${name.slice(best.prefix.length)}` : name);
}

/** For each prefix, how many names consist of it and one of `endings` without `encoder`. */
function prefixCounts(
  names: readonly string[],
  endings: readonly string[],
  encoder: string,
): Map<string, number> {
  const wanted = new Set(endings.map((name) => name.slice(encoder.length)));
  const counts = new Map<string, number>();
  for (const name of names) {
    for (let start = 0; start >= 0; start = name.indexOf('.', start) + 1 || -1) {
      if (!wanted.has(name.slice(start))) continue;
      const prefix = name.slice(0, start);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return counts;
}
