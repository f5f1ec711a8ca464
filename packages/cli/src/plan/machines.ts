/** What a plan knows of a machine. */
export interface Machine {
  readonly name: string;
  /** Peak of matrix products of one device, 1e12 floating-point operations a second, dense, at the precision of a step. */
  readonly teraflops: number;
  /** Share of the peak that a whole step reaches, (0, 1]. */
  readonly efficiency: number;
  /** Bytes of one device. */
  readonly memory: number;
  /** Whether it is the processor, which also sums gradients and loads clips. */
  readonly processor?: boolean;
}

/** Share of an accelerator's peak: an assumption, for none was measured. Give `plan` a measured rate where there is one. */
const ACCELERATOR = 0.3;

const accelerator = (name: string, teraflops: number, gigabytes: number): Machine => ({
  name,
  teraflops,
  efficiency: ACCELERATOR,
  memory: gigabytes * 1e9,
});

/**
 * Accelerators by name, with the figures of their maker's public datasheets, dense: TF32 of the tensor cores where a device has it, which
 * products of float32 are assumed to run in, else FP32.
 *
 * | device       | TFLOP/s | at   | memory |
 * | ------------ | ------- | ---- | ------ |
 * | T4           | 8.1     | FP32 | 16 GB  |
 * | V100 SXM2    | 15.7    | FP32 | 32 GB  |
 * | A10          | 62.5    | TF32 | 24 GB  |
 * | L4           | 60      | TF32 | 24 GB  |
 * | L40S         | 183     | TF32 | 48 GB  |
 * | RTX 4090     | 82.6    | TF32 | 24 GB  |
 * | A100 40 GB   | 156     | TF32 | 40 GB  |
 * | A100 80 GB   | 156     | TF32 | 80 GB  |
 * | H100 SXM     | 494.7   | TF32 | 80 GB  |
 * | H200         | 494.7   | TF32 | 141 GB |
 */
export const MACHINES = {
  t4: accelerator('NVIDIA T4', 8.1, 16),
  v100: accelerator('NVIDIA V100 SXM2', 15.7, 32),
  a10: accelerator('NVIDIA A10', 62.5, 24),
  l4: accelerator('NVIDIA L4', 60, 24),
  l40s: accelerator('NVIDIA L40S', 183, 48),
  rtx4090: accelerator('NVIDIA RTX 4090', 82.6, 24),
  'a100-40': accelerator('NVIDIA A100 40 GB', 156, 40),
  'a100-80': accelerator('NVIDIA A100 80 GB', 156, 80),
  h100: accelerator('NVIDIA H100 SXM', 494.7, 80),
  h200: accelerator('NVIDIA H200', 494.7, 141),
} as const satisfies Readonly<Record<string, Machine>>;

export type MachineName = keyof typeof MACHINES;

/**
 * Share of what a large product reaches on this machine's processor that a step reaches: 0.55 to 0.85 on the machines of bench/NOTES.md,
 * `step-limit`.
 */
export const PROCESSOR_EFFICIENCY = 0.75;
