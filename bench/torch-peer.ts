import { Contestant } from './contestant.js';

/** What a missing peer is got by. */
export const INSTALL_TORCH = 'pip install torch, or apt-get install python3-torch libopenblas0-pthread';

export interface TorchPeer {
  /** Not there where Python or PyTorch is not. */
  readonly program: Contestant | undefined;
  /** Such as `PyTorch 2.13`. */
  readonly name: string;
  /** What it said first. */
  readonly start: Record<string, number> | undefined;
}

/** Starts a program in PyTorch, which says its version when it is ready. */
export async function torchPeer(python: string, script: string, given: object): Promise<TorchPeer> {
  const program = new Contestant(python, [script, JSON.stringify(given)]);
  const start = await program.hear();
  if (start) return { program, name: `PyTorch ${start.major}.${start.minor}`, start };
  program.end();
  return { program: undefined, name: 'PyTorch', start: undefined };
}
