import { type Check, fine, saysOf, warning } from './check.js';

const SECONDS = 10;

/** A small file of a model that this project opens. */
const PROBE = 'MCG-NJU/videomae-base/resolve/main/config.json';

/** @param endpoint of the Hub. */
export async function checkHub(endpoint: string, signal?: AbortSignal): Promise<Check> {
  const offline =
    'Copy the folders of models and name them; or HF_ENDPOINT=<address of a mirror>, HTTPS_PROXY for a proxy';
  const timeout = AbortSignal.timeout(SECONDS * 1000);
  try {
    const answer = await fetch(`${endpoint}/${PROBE}`, {
      method: 'HEAD',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (answer.ok) return fine('Hub', `${endpoint} answers`);
    return warning('Hub', `${endpoint} answers with ${answer.status}`, offline);
  } catch (error) {
    signal?.throwIfAborted();
    const { cause } = error as { cause?: unknown };
    return warning('Hub', `${endpoint} is not reached: ${saysOf(cause ?? error)}`, offline);
  }
}

/** Packages that are installed by those who need them, and what for. */
const OPTIONAL = {
  '@huggingface/hub': 'models of the Hub',
  '@huggingface/transformers': 'tgm caption by a model',
} as const;

export function checkOptional(): Check {
  const missing = Object.entries(OPTIONAL).filter(([name]) => {
    try {
      import.meta.resolve(name);
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return fine('packages', `${Object.keys(OPTIONAL).join(', ')}`);
  const found = missing.map(([name, what]) => `no ${name}, for ${what}`).join('; ');
  return warning(
    'packages',
    found,
    `npm install --ignore-scripts ${missing.map(([name]) => name).join(' ')}`,
  );
}
