import { once } from 'node:events';
import { say } from '../program/say.js';
import { findRuns } from '../watch/find-runs.js';
import { watchRuns } from '../watch/watch-runs.js';
import type { WatchOptions } from '../watch/watch-section.js';
import { watchSection } from '../watch/watch-section.js';
import type { Command } from './command.js';

export const watch: Command = {
  name: 'watch',
  says: 'Shows runs in a browser on this machine, as they stand',
  details: `Examples:
  tgm watch run
  tgm watch runs --port 0

The page of a run loads itself anew as long as the run goes on. Of a folder with several runs there is a list. It is served on
127.0.0.1 alone; of another machine, forward the port: ssh -L 4680:127.0.0.1:4680 <machine>. Ctrl-C ends it, not the runs.`,
  sections: [watchSection],
  positionals: [{ section: 'watch', option: 'run', shown: '<folder>' }],
  serves: true,
  async run({ sections, signal, json }) {
    const options = sections.watch!.values as unknown as WatchOptions;
    const serving = await watchRuns(options);
    const runs = await findRuns(options.run);
    say(
      json
        ? JSON.stringify({ url: serving.url, runs: runs.map(({ name }) => name) })
        : `${serving.url} shows ${runs.length === 1 ? 'the run' : `${runs.length} runs`} of ${options.run}; Ctrl-C ends it`,
    );
    if (!signal.aborted) await once(signal, 'abort');
    await serving.close();
    throw signal.reason;
  },
};
