import { broken } from './contract-expectations.js';

/** The ways to get a value that the arguments do not determine: who has it, and its name there. */
const SEALED: readonly (readonly [owner: object, name: string])[] = [
  [Math, 'random'],
  [globalThis, 'Date'],
  [performance, 'now'],
  [crypto, 'getRandomValues'],
  [crypto, 'randomUUID'],
];

/**
 * Calls `action` while global randomness and clocks throw, and puts them back. `action` must not be asynchronous.
 *
 * @throws MaskingError `CONTRACT_BROKEN` if one of them was used, even if `action` caught the error.
 */
export function withSealedGlobals(where: string, action: () => void): void {
  let used: string | undefined;
  const restore = SEALED.map(([owner, name]) => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    const refuse = () => {
      used = name;
      throw broken('randomness and time from the request only', `a use of ${name}`, where);
    };
    const value = new Proxy(function sealed() {}, { apply: refuse, construct: refuse, get: refuse });
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    return () => {
      if (before) Object.defineProperty(owner, name, before);
      else Reflect.deleteProperty(owner, name);
    };
  });
  try {
    action();
  } finally {
    for (const putBack of restore) putBack();
  }
  if (used) throw broken('randomness and time from the request only', `a use of ${used}`, where);
}
