// The code in a README. A `js` block is a whole program that runs after the README's install lines; a `ts` block is a piece.

import { builtinModules } from 'node:module';

/** The fenced blocks of `markdown` in `language`, in their order. */
export function codeBlocks(markdown, language) {
  const fences = markdown.matchAll(/^```(\S*)[^\n]*\n(.*?)^```/gms);
  return [...fences].filter(([, found]) => found === language).map(([, , code]) => code);
}

/** The `sh` block that installs the package; undefined if there is none. */
export function installLines(markdown) {
  return codeBlocks(markdown, 'sh').find((code) => code.startsWith('npm install'));
}

/** The packages that `code` imports, outside of comments; Node's own modules are none. */
export function importedPackages(code) {
  const statement =
    /^(?!\s*(?:\*|\/\/)).*?(?:(?<!\.)\bfrom|\bimport\s*\(?)\s*["']((?:@[\w.-]+\/)?[\w-][\w.-]*)[\w./-]*["']/gm;
  const names = [...code.matchAll(statement)].map(([, name]) => name);
  return [...new Set(names)].filter((name) => !builtinModules.includes(name));
}
