export { writeTinyCaptioner } from './testing/tiny-captioner.js';
export {
  type TinyTextEncoder,
  type TinyTextEncoderOptions,
  writeTinyTextEncoder,
} from './testing/tiny-text-encoder.js';
