import { readdirSync, readFileSync } from 'node:fs';

/** A function as a declaration file declares it. */
export interface DeclaredFunction {
  readonly name: string;
  /** The whole declaration, over as many lines as it takes. */
  readonly code: string;
}

/** The exported functions in the declaration files under a folder, those of folders within it too. */
export function declaredFunctions(declarations: string): DeclaredFunction[] {
  const names = readdirSync(declarations, { recursive: true, encoding: 'utf8' });
  const files = names.filter((file) => file.endsWith('.d.ts'));
  return files.flatMap((file) => {
    const code = readFileSync(`${declarations}/${file}`, 'utf8');
    // A declaration goes on with indented lines and closing brackets.
    const statements = code.split(/^(?=[^\s})])/m);
    return statements.flatMap((statement) => {
      const name = /^export declare (?:function|const) (\w+)\s*(?:[<(]|: [<(])/.exec(statement)?.[1];
      return name === undefined ? [] : [{ name, code: statement.trim() }];
    });
  });
}
