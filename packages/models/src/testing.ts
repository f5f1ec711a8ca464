export { writeTinyCaptioner } from './testing/tiny-captioner.js';
export { type TinyImageTextOptions, writeTinyImageText } from './testing/tiny-image-text.js';
export {
  type TinyTextEncoder,
  type TinyTextEncoderOptions,
  writeTinyTextEncoder,
} from './testing/tiny-text-encoder.js';
