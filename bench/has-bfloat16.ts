import { readFileSync } from 'node:fs';

/** Whether the processor multiplies bfloat16 (Linux: by the flags that it tells). */
export function hasBfloat16(): boolean {
  try {
    return /\b(avx512_bf16|amx_bf16|bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}
