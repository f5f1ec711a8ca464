import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runChild } from './child.test-model.js';

const own = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..');
let project: string;

/** A project with an ONNX Runtime of its own: the whole package with its native code, copied. */
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'tgm-second-copy-')));
  const modules = join(project, 'node_modules');
  await mkdir(modules);
  for (const name of ['onnxruntime-node', 'onnxruntime-common']) {
    await cp(join(own, '..', name), join(modules, name), { recursive: true, dereference: true });
  }
});
afterAll(() => rm(project, { recursive: true, force: true }));

const report = `catch (error) { console.log(JSON.stringify([error.name, error.code, error.message])); }`;
const other = () => join(project, 'node_modules/onnxruntime-node');
const loadOther = () => `createRequire(${JSON.stringify(join(project, 'index.js'))})('onnxruntime-node')`;

test('a copy that is there before an engine is made is named, with both paths', async () => {
  const { output, status } = await runChild(`
    import { createRequire } from 'node:module';
    ${loadOther()};
    const { onnxEngine } = await import(engine);
    try { await onnxEngine(); } ${report}`);
  const [name, code, message] = JSON.parse(output.trim().split('\n').at(-1)!);
  expect([name, code, status]).toEqual(['EngineError', 'ONNX_SECOND_COPY', 0]);
  expect(message).toContain(`${other()}/`);
  expect(message).toContain(own);
});

test('a copy that came later is named when the next engine is made', async () => {
  const { output } = await runChild(`
    import { createRequire } from 'node:module';
    const { onnxEngine } = await import(engine);
    await onnxEngine({ threads: 1 });
    ${loadOther()};
    try { await onnxEngine(); } ${report}`);
  expect(JSON.parse(output.trim().split('\n').at(-1)!)[1]).toBe('ONNX_SECOND_COPY');
});

test('the same copy, loaded by someone else too, is fine', async () => {
  const { output } = await runChild(`
    import { createRequire } from 'node:module';
    createRequire(engine)('onnxruntime-node');
    const { onnxEngine } = await import(engine);
    console.log((await onnxEngine({ threads: 1 })).name);`);
  expect(output.trim()).toBe('onnx');
});
