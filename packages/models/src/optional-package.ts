import { ModelError } from './errors.js';

/**
 * A package that is installed by those who need it.
 * @throws ModelError with `PACKAGE_MISSING`
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new ModelError('PACKAGE_MISSING', {
      where: name,
      expected: 'the package to be installed',
      received: 'none that opens',
      advice: `Install it: npm install ${name}`,
      cause,
    });
  }
}
