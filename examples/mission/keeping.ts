import type { FeatureTeacher } from '@tgm/train';

/** A teacher that sees each clip in memory once. */
export function keeping(teacher: FeatureTeacher): FeatureTeacher {
  const kept = new WeakMap<Uint8Array, Float32Array>();
  return {
    width: teacher.width,
    describe: () => teacher.describe(),
    async features(frames) {
      const features = kept.get(frames) ?? (await teacher.features(frames));
      kept.set(frames, features);
      return features;
    },
  };
}
