import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandCaptioner } from './command-captioner.js';

/**
 * The README's program in Python speaks the protocol. Torch, Pillow and transformers with the weights of BLIP-2 are replaced by a few
 * lines that read a PNG by Python's own zlib and say how bright it is.
 */
const STAND_INS = {
  'torch.py': `
from contextlib import nullcontext as no_grad
class cuda:
    is_available = staticmethod(lambda: False)
float16, float32 = "half", "single"
`,
  'PIL/__init__.py': '',
  'PIL/Image.py': `
import struct, zlib
class Picture:
    def __init__(self, rows): self.rows = rows
    def convert(self, mode): assert mode == "RGB"; return self
def open(file):
    data, at, packed = file.read(), 8, b""
    assert data[:8] == b"\\x89PNG\\r\\n\\x1a\\n"
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        content = data[at + 8:at + 8 + length]
        assert zlib.crc32(kind + content) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        if kind == b"IHDR": width, height, *form = struct.unpack(">IIBBBBB", content)
        if kind == b"IDAT": packed += content
        at += 12 + length
    assert form == [8, 2, 0, 0, 0]
    flat, step = zlib.decompress(packed), 1 + 3 * width
    assert len(flat) == height * step and all(flat[row * step] == 0 for row in range(height))
    return Picture([flat[row * step + 1:(row + 1) * step] for row in range(height)])
`,
  'transformers.py': `
import sys
class Inputs(dict):
    def to(self, device, dtype): assert (device, dtype) == ("cpu", "single"); return self
class Blip2Processor:
    @classmethod
    def from_pretrained(cls, name, revision): print("loading", name, revision, file=sys.stderr); return cls()
    def __call__(self, images, return_tensors): return Inputs(pixel_values=images.rows)
    def batch_decode(self, tokens, skip_special_tokens): return [f" a scene of grey {tokens} "]
class Blip2ForConditionalGeneration:
    @classmethod
    def from_pretrained(cls, name, revision, torch_dtype): return cls()
    def to(self, device): return self
    def generate(self, pixel_values, max_new_tokens):
        values = b"".join(pixel_values)
        if values[0] == 13: raise RuntimeError("out of memory")
        return sum(values) // len(values)
`,
};

function python(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-captioner-'));
  await mkdir(join(folder, 'PIL'));
  for (const [name, content] of Object.entries(STAND_INS)) await writeFile(join(folder, name), content);
  const readme = await readFile(resolve(import.meta.dirname, '../../README.md'), 'utf8');
  const [program] = [...readme.matchAll(/^```python\n(.*?)^```/gms)].map(([, code]) => code!);
  await writeFile(join(folder, 'blip2.py'), program!);
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!python())("the README's captioner in Python", () => {
  it('says what the model says, and tells what went wrong', async () => {
    const captioner = commandCaptioner({
      command: 'python3',
      args: ['blip2.py', 'Salesforce/blip2', 'one'],
      ...{ model: 'Salesforce/blip2', revision: 'one' },
      cwd: folder,
      env: { PYTHONPATH: folder },
      quiet: true,
    });
    const picture = (...values: number[]) => ({ pixels: Uint8Array.from(values), height: 2, width: 1 });
    expect(await captioner.caption(picture(1, 2, 3, 4, 5, 21))).toBe('a scene of grey 6');
    await expect(captioner.caption(picture(13, 0, 0, 0, 0, 0))).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      received: "RuntimeError('out of memory')",
      message: expect.stringContaining('loading Salesforce/blip2 one'),
    });
    expect(await captioner.caption(picture(9, 9, 9, 9, 9, 9))).toBe('a scene of grey 9');
    await captioner.dispose();
  });
});
