import type { PicturePlan, PictureSize } from '@tgm/masking';
import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';

/** The most that a picture is taken to be longer than wide, so that a strip does not become thousands of patches. */
const LONGEST = 4;

/** The most patches along the short side, for each that a tower's own images have there. */
export const MOST_DETAIL = 8;

const side = wholeNumber({ from: 1 });
const table = optionTable(
  'pictureSize',
  { height: side, width: side, detail: optional(number({ above: 0, to: MOST_DETAIL }), 1) },
  ModelError,
);

const sizes = optionTable('wholePictures', { imageSize: side, patchSize: side }, ModelError);

/**
 * In which size a tower reads whole pictures: the short side is that of its images, the long side as many whole patches as come next
 * to the aspect, up to four times as many. Under `detail` both have so many times the patches.
 *
 * @throws ModelError `OPTION_INVALID`, also for a picture without a size.
 */
export function wholePictures(
  imageSize: number,
  patchSize: number,
): (picture: PictureSize, detail?: number) => PicturePlan {
  sizes.check({ imageSize, patchSize });
  return (picture, detail) => {
    const { height, width, ...checked } = table.check({
      height: picture?.height,
      width: picture?.width,
      detail,
    });
    const aspect = Math.min(Math.max(height, width) / Math.min(height, width), LONGEST);
    const exact = (checked.detail * imageSize) / patchSize;
    const [short, long] = [exact, exact * aspect].map((cells) => Math.max(1, Math.round(cells))) as [
      number,
      number,
    ];
    const [rows, columns] = height > width ? [long, short] : [short, long];
    return { height: rows * patchSize, width: columns * patchSize, rows, columns };
  };
}
