// What a package brings with it in an installed project.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const packagesIn = (project) =>
  JSON.parse(readFileSync(join(project, 'node_modules', '.package-lock.json'), 'utf8')).packages;

/** The places, such as `node_modules/a/node_modules/b`, of all packages in `project`. */
export const installedPlaces = (project) => Object.keys(packagesIn(project));

/**
 * The places of the package `name` and of all that it depends on in `project`: dependencies, optional ones that are there,
 * and peers that are not optional.
 */
export function placesOf(name, project) {
  const packages = packagesIn(project);
  const found = new Set();
  const visit = (wanted, from) => {
    const place = resolvePlace(wanted, from, packages);
    if (place === undefined || found.has(place)) return;
    found.add(place);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[place];
    const peers = Object.keys(peerDependencies ?? {}).filter(
      (peer) => !peerDependenciesMeta?.[peer]?.optional,
    );
    for (const next of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])
      visit(next, place);
  };
  visit(name, '');
  return [...found];
}

/** Where Node finds `wanted` from the package at `from`: nearest node_modules first. */
function resolvePlace(wanted, from, packages) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder && `${folder}/`}node_modules/${wanted}`;
    if (packages[place]) return place;
    if (folder === '') return undefined;
  }
}

/** The name of the package at `place`. */
export const nameAt = (place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Bytes of the files of these places of `project`; packages nested in them have places of their own. */
export function bytesOf(places, project) {
  return places.reduce((sum, place) => sum + bytesIn(join(project, place)), 0);
}

function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.isDirectory())
      return entry.name === 'node_modules' ? sum : sum + bytesIn(join(folder, entry.name));
    return entry.isFile() ? sum + statSync(join(folder, entry.name)).size : sum;
  }, 0);
}
