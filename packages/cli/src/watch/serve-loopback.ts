import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../program/errors.js';
import { explain } from '../program/explain.js';

const ADDRESS = '127.0.0.1';

/** Pages carry their own policy. This one also holds for what is no page. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export interface Serving {
  /** Such as `http://127.0.0.1:4680/`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves pages to this machine alone.
 *
 * @param port 0 takes a free one.
 * @param pageAt gives the HTML of a path such as `/run/a`, as it came; nothing where there is none.
 * @throws CliError `PORT_TAKEN` where it cannot listen.
 */
export async function serveLoopback(
  port: number,
  pageAt: (path: string) => Promise<string | undefined>,
): Promise<Serving> {
  const server = createServer((request, response) => {
    answer(request, response, pageAt).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, 500, explain(error));
    });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, ADDRESS, done);
  }).catch((cause: Error) => {
    throw new CliError('PORT_TAKEN', {
      where: `${ADDRESS}:${port}`,
      expected: 'a port that can be listened on',
      received: cause.message,
      advice: 'Give another by --port; 0 takes a free one.',
      cause,
    });
  });
  return {
    url: `http://${ADDRESS}:${portOf(server.address())}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const portOf = (address: AddressInfo | string | null): number => (address as AddressInfo).port;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pageAt: (path: string) => Promise<string | undefined>,
): Promise<void> {
  // A name of somebody else's that leads here would let their pages read ours.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(request.headers.host ?? ''))
    return send(response, 403, `Only ${ADDRESS} and localhost are served.`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'GET alone.');
  const [path] = request.url!.split('?') as [string];
  const page = await pageAt(path);
  if (page === undefined) return send(response, 404, 'There is no such run.');
  send(response, 200, page, 'text/html');
}

/** Node leaves the body of an answer to HEAD out. */
function send(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` }).end(text);
}
