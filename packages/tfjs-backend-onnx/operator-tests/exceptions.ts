/** Specs of supported operators that this backend fails, by the reason why. */
export const exceptions: Readonly<Record<string, readonly string[]>> = {
  'the spec expects the slope of a mean that counts padding, which the forward pass does not': [
    'avgPool onnx {} gradient x=[3,3,1] f=[3,3] s=1 p=explicit',
  ],
  'the cpu backend copies its input where the window is 1 wide, even if padding shifts it': [
    'pool onnx {} max x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
    'pool onnx {} avg x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
  ],
  'an index out of range is said in other words': [
    'gather onnx {} throws when index is out of bound',
    'sparseSegmentMean onnx {} throw error if indices < 0',
    'sparseSegmentMean onnx {} throw error if indices >= max rows',
    'sparseSegmentSum onnx {} indices invalid 1',
    'sparseSegmentSum onnx {} indices invalid 2',
  ],
  'float32 rounds otherwise than the float64 of JavaScript': [
    'exp onnx {} int32',
    'tan onnx {} numbers exceed float32 precision',
  ],
};
