import { PackageMissingError } from './errors.js';

/**
 * A package that is installed by those who need it.
 * @throws PackageMissingError
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new PackageMissingError(name, { cause });
  }
}
