import { dirname } from 'node:path';
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { CliError } from '../program/errors.js';
import type { ConfigFile } from './config-file.js';
import { lineAndColumn } from './line-and-column.js';

/**
 * A configuration in JSON, where comments and commas behind the last member are allowed.
 *
 * @param path absolute. @param file the same as it is shown.
 * @throws CliError `CONFIG_INVALID` with line and column.
 */
export function readJsonConfig(path: string, file: string, text: string): ConfigFile {
  const at = (offset: number): string => `${file}:${lineAndColumn(text, offset)}`;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const near = text.slice(first.offset, first.offset + first.length) || 'the end of the file';
    throw new CliError('CONFIG_INVALID', {
      where: at(first.offset),
      expected: 'JSON, with comments if you like',
      received: `${printParseErrorCode(first.error)} at ${JSON.stringify(near)}`,
    });
  }
  if (root?.type !== 'object') {
    throw new CliError('CONFIG_INVALID', {
      where: at(root?.offset ?? 0),
      expected: 'an object of sections, { "data": { … }, … }',
      received: root ? `a value of type ${root.type}` : 'nothing',
    });
  }
  refuseTwice(root, at);
  return {
    file,
    folder: dirname(path),
    values: getNodeValue(root),
    place(option, of) {
      const value = findNodeAtLocation(root, [...option]);
      const name = value?.parent?.type === 'property' ? value.parent.children![0] : undefined;
      const node = of === 'name' ? (name ?? value) : value;
      return node ? at(node.offset) : file;
    },
  };
}

/** Of two members of one name JSON keeps the last, which hides a slip. */
function refuseTwice(node: Node, at: (offset: number) => string): void {
  const names = new Set<string>();
  for (const child of node.children ?? []) {
    if (child.type === 'property') {
      const [key] = child.children!;
      if (names.has(key!.value)) {
        throw new CliError('CONFIG_INVALID', {
          where: at(key!.offset),
          expected: 'every name once in an object',
          received: `"${key!.value}" again`,
        });
      }
      names.add(key!.value);
    }
    refuseTwice(child, at);
  }
}
