import type { PicturePlan, PictureSize } from '@tgm/masking';
import { optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';

/** The most that a picture is taken to be longer than wide, so that a strip does not become thousands of patches. */
const LONGEST = 4;

const side = wholeNumber({ from: 1 });
const table = optionTable('pictureSize', { height: side, width: side }, ModelError);

/**
 * In which size a tower reads whole pictures: the short side is that of its images, the long side as many whole patches as come next
 * to the aspect, up to four times as many.
 */
export function wholePictures(imageSize: number, patchSize: number): (picture: PictureSize) => PicturePlan {
  return (picture) => {
    const { height, width } = table.check({ height: picture?.height, width: picture?.width });
    const aspect = Math.min(Math.max(height, width) / Math.min(height, width), LONGEST);
    const [short, long] = [imageSize / patchSize, Math.round((imageSize * aspect) / patchSize)];
    const [rows, columns] = height > width ? [long, short] : [short, long];
    return { height: rows * patchSize, width: columns * patchSize, rows, columns };
  };
}
