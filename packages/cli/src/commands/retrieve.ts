import type { DataOptions } from '../data/data-section.js';
import { dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { type RetrieveOptions, retrieveSection } from '../measuring/retrieve-section.js';
import { retrieveVideos } from '../measuring/retrieve-videos.js';
import { viewsText } from '../measuring/views.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { teacherSection } from '../teacher/teacher-section.js';
import type { Command } from './command.js';

export const retrieve: Command = {
  name: 'retrieve',
  says: 'Ranks videos by how near they are to a text, for a model that was pre-trained with captions',
  details: `Example:
  tgm retrieve "a red square moves" --model run --source videos

The features of the videos are kept in the folder of --features, so that the next question is answered at once. They are computed
anew for another checkpoint, for other views, and where a video has changed. Texts are embedded by the CLIP of the model's run;
--clip names it where the run does not tell. Under mpirun the features are shared out, in a folder that all hosts see.`,
  sections: [dataSection, teacherSection, retrieveSection],
  positionals: [{ section: 'retrieve', option: 'text', shown: '"<text>"' }],
  long: true,
  together: true,
  async run({ sections, signal, collective }) {
    const dataset = await openDataset(sections.data!.values as unknown as DataOptions);
    const found = await retrieveVideos(
      dataset,
      sections.retrieve!.values as unknown as RetrieveOptions,
      sections.teacher!.values as TeacherOptions,
      signal,
      collective,
    );
    const left = found.leftOut.length === 0 ? '' : `; ${found.leftOut.length} cannot be read`;
    const head = `${found.videos} videos of ${found.model}, ${viewsText(found.test)}, ${found.fresh} of them looked at now${left}`;
    const answers = found.answers.flatMap(({ text, videos }) => [
      `"${text}"`,
      ...videos.map(
        ({ id, similarity }, at) => `${`${at + 1}`.padStart(4)}  ${similarity.toFixed(3)}  ${id}`,
      ),
    ]);
    return { json: found, text: [head, ...answers].join('\n') };
  },
};
