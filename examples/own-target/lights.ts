import { seededRandom } from '@tgm/masking';
import type { PatchConfig } from '@tgm/models';
import type { ExampleSource } from '@tgm/train';

/** Clips of a coloured wall over which a light moves, each with a colour and a pace of its own. */
export function lights({ numFrames, imageSize }: PatchConfig, length: number): ExampleSource<object> {
  return {
    length,
    id: (index) => `light ${index}`,
    describe: () => ({ is: 'lights', length }),
    async load(index) {
      const random = seededRandom('lights', index);
      const colour = [random() * 255, random() * 255, random() * 255];
      const pace = random();
      const frames = Uint8Array.from({ length: numFrames * imageSize * imageSize * 3 }, (_, at) => {
        const frame = Math.floor(at / (imageSize * imageSize * 3));
        const column = Math.floor(at / 3) % imageSize;
        const light = Math.sin((2 * Math.PI * column) / imageSize + pace * frame);
        return colour[at % 3]! * (0.75 + 0.25 * light);
      });
      return [{ id: `light ${index}`, frames, cues: {} }];
    },
  };
}
