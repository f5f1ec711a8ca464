import type { Row } from '../row.js';
import { probeRows } from './probes.js';
import { textProtocolRows } from './text-protocols.js';
import { transferProtocolRows } from './transfer-protocols.js';

/** How a representation is measured. */
export const protocolRows: readonly Row[] = [...probeRows, ...transferProtocolRows, ...textProtocolRows];
