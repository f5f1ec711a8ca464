import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LAUNCHABLE } from '../collective/launch.test-support.js';
import { singleProcess } from '../collective/single-process.js';
