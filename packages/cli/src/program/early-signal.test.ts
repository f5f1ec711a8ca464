import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROGRAM, run } from '../testing/run-tgm.test-support.js';

/** Loading the program takes several times as long. */
const EARLY = 'data:text/javascript,setTimeout(() => process.kill(process.pid, "SIGUSR1"), 100)';

it.runIf(process.platform !== 'win32')('a SIGUSR1 that comes while the program loads stops it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-early-'));
  try {
    const ended = await run([process.execPath, '--import', EARLY, PROGRAM, 'watch', folder, '--port', '0'], {
      cwd: folder,
    });
    expect(ended.stderr).not.toContain('Debugger');
    expect(ended).toMatchObject({ code: 75, signal: null });
  } finally {
    await rm(folder, { recursive: true });
  }
});
