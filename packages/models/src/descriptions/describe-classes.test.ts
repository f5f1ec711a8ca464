import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClassDescriptions } from '../captions/label-captions.js';
import type { ClassWriter } from './class-writer.js';
import { commandWriter } from './command-writer.js';
import { type ClassEvent, type DescribeClassesOptions, describeClasses } from './describe-classes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'describe-classes-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Answers by the question and counts. */
function writer(answers: (question: string, label: string) => unknown, revision = 'r') {
  const asked: string[] = [];
  const made: ClassWriter & { asked: string[] } = {
    ...{ model: 'llm', revision, asked },
    async write(question, label) {
      asked.push(question);
      return answers(question, label) as string[];
    },
  };
  return made;
}

async function all(options: DescribeClassesOptions): Promise<ClassEvent[]> {
  const events: ClassEvent[] = [];
  for await (const event of describeClasses(options)) events.push(event);
  return events;
}

describe('describeClasses', () => {
  it('writes sentences as CuPL publishes them', async () => {
    const path = join(folder, 'sentences.json');
    const questions = ['What does {} look like?', 'How does one do {}?'];
    const said = writer((question, label) => [`${label}: ${question}\n`, 'Someone  aims.', 'someone aims. ']);
    const events = await all({ path, classes: ['archery', 'HighJump'], writer: said, questions });
    expect(said.asked).toEqual([
      'What does archery look like?',
      'How does one do archery?',
      'What does high jump look like?',
      'How does one do high jump?',
    ]);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      archery: [
        'archery: What does archery look like?',
        'Someone aims.',
        'archery: How does one do archery?',
      ],
      HighJump: [
        'HighJump: What does high jump look like?',
        'Someone aims.',
        'HighJump: How does one do high jump?',
      ],
    });
    expect(events.map(({ label, known, done }) => [label, known, done])).toEqual([
      ['archery', false, 1],
      ['HighJump', false, 2],
    ]);
    expect([...(await readClassDescriptions(path)).keys()]).toEqual(['archery', 'HighJump']);
  });

  it('writes descriptors as Menon and Vondrick publish them', async () => {
    const path = join(folder, 'descriptors.json');
    const said = writer(() => ['- a long bow\n-  arrows\n\n* Arrows\n1. a target\n2) quivers • full']);
    await all({ path, classes: ['archery'], writer: said, form: 'descriptors' });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      archery: ['a long bow', 'arrows', 'a target', 'quivers • full'],
    });
    expect(said.asked.length).toBe(1);
    expect(said.asked[0]).toContain('archery');
  });

  it('goes on where it ended, and keeps what it knows', async () => {
    const path = join(folder, 'resumed.json');
    const failing = writer((_, label) => {
      if (label === 'b') throw new Error('quota');
      return [label];
    });
    await expect(all({ path, classes: ['a', 'b'], writer: failing })).rejects.toThrow('quota');
    const again = writer((_, label) => [`new ${label}`]);
    const events = await all({ path, classes: ['c', 'a', 'b'], writer: again });
    expect(events.map(({ label, texts, known }) => [label, texts, known])).toEqual([
      ['c', ['new c'], false],
      ['a', ['a'], true],
      ['b', ['new b'], false],
    ]);
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toEqual(['a', 'c', 'b']);
  });

  it('does not mix what came from two models, forms or questions, nor changes a file of others', async () => {
    const path = join(folder, 'mixed.json');
    const said = writer((_, label) => [label]);
    await all({ path, classes: ['a'], writer: said });
    const before = await readFile(path, 'utf8');
    for (const change of [
      { writer: writer(() => ['x'], 'other') },
      { form: 'descriptors' as const },
      { questions: ['{}?'] },
    ]) {
      await expect(all({ path, classes: ['b'], writer: said, ...change })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        where: `${path}.source.json`,
      });
    }
    const published = join(folder, 'published.json');
    await writeFile(published, '{"a":["a long bow"]}');
    await expect(all({ path: published, classes: ['b'], writer: said })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      received: 'none',
    });
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readFile(published, 'utf8')).toBe('{"a":["a long bow"]}');
  });

  it.each([undefined, 'a bow', [3], [], ['', ' \n']])('refuses %j for an answer', async (answer) => {
    const path = join(folder, 'nothing.json');
    await expect(all({ path, classes: ['archery'], writer: writer(() => answer) })).rejects.toMatchObject({
      code: 'WRITER_FAILED',
      where: 'llm at r, class "archery"',
    });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    { classes: [] },
    { classes: ['a', 'a'] },
    { classes: [''] },
    { classes: 'ab' },
    { questions: ['What?'] },
    { questions: [] },
    { form: 'lists' },
    { writer: {} },
  ])('refuses %j', (change) => {
    const options = { path: join(folder, 'x.json'), classes: ['a'], writer: writer(() => ['a']), ...change };
    expect(() => describeClasses(options as unknown as DescribeClassesOptions)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it.each([
    ['absent', 'ENOENT'],
    ['file', 'ENOTDIR'],
  ])('names the folder that is not there: %s', async (name, code) => {
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, name, 'classes.json');
    await expect(all({ path, classes: ['a'], writer: writer(() => ['a']) })).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: path,
      received: `${code}: no folder ${join(folder, name)}`,
    });
  });

  it('refuses a file that another run writes', async () => {
    const path = join(folder, 'locked.json');
    const run = describeClasses({ path, classes: ['a', 'b'], writer: writer((_, label) => [label]) });
    await run.next();
    await expect(all({ path, classes: ['a'], writer: writer(() => ['a']) })).rejects.toMatchObject({
      code: 'CAPTIONS_LOCKED',
    });
    await run.return(undefined);
  });
});

describe('commandWriter', () => {
  const by = async (name: string, body: string) => {
    const path = join(folder, `${name}.mjs`);
    await writeFile(
      path,
      `import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { id, question, ...rest } = JSON.parse(line);
  console.log(JSON.stringify(${body}));
}`,
    );
    return commandWriter({
      command: process.execPath,
      args: [path],
      model: 'llm',
      revision: 'r',
      quiet: true,
    });
  };

  it('writes by a program', async () => {
    const path = join(folder, 'by-command.json');
    const llm = await by('llm', `{ id, texts: [question + ' ' + rest.class, 'one more'] }`);
    await all({ path, classes: ['HighJump'], writer: llm, questions: ['{}?'] });
    await llm.dispose();
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      HighJump: ['high jump? HighJump', 'one more'],
    });
    expect(JSON.parse(await readFile(`${path}.source.json`, 'utf8'))).toEqual({
      model: 'llm',
      revision: 'r',
      form: 'sentences',
      questions: ['{}?'],
    });
  });

  it.each([
    ['says no texts', '{ id, text: question }', '"texts", a list of texts'],
    ['fails', `{ id, error: 'quota' }`, 'an answer'],
    ['forgets the id', '{ texts: [] }', '"id" of a question'],
  ])('tells a program that %s', async (name, body, expected) => {
    const llm = await by(name, body);
    await expect(llm.write('What?', 'a')).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      expected: expect.stringContaining(expected),
    });
    await llm.dispose();
  });
});
