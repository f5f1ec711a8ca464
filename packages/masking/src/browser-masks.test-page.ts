import { masksOfAll } from './browser-masks.test-values.js';
import * as masking from './index.js';
import * as testing from './testing.js';

/** What the package must not know: a page. */
const { document } = globalThis as unknown as { document: { body: { textContent: string } } };
document.body.textContent = JSON.stringify(masksOfAll(masking, testing));
