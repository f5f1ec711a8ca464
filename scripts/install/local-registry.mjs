// A registry that holds the packed packages, so that the install lines of the READMEs can be run word for word before
// anything is published.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';

/** Serves the packages of `packPackages` on this machine. Gives { url, close }. */
export async function serveRegistry(packages) {
  const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));
  const byFile = new Map(packages.map((entry) => [`${entry.folder}.tgz`, entry]));
  let url;
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    response.setHeader('cache-control', 'no-store');
    if (byFile.has(name)) return createReadStream(byFile.get(name).tarball).pipe(response);
    if (!byName.has(name)) return response.writeHead(404).end();
    const { folder, manifest, integrity } = byName.get(name);
    const version = { ...manifest, dist: { tarball: `${url}/${folder}.tgz`, integrity } };
    const document = {
      name,
      'dist-tags': { latest: manifest.version },
      versions: { [manifest.version]: version },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  return { url, close: () => server.close() };
}
