import type { Collective } from '@tgm/train';

/** `2 processes of Open MPI 4.1.4`. */
export const processesText = ({ size, library }: Collective): string =>
  `${size} processes${library === undefined ? '' : ` of ${library}`}`;
