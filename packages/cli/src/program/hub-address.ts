/** The Hub's address without a slash at its end; `HF_ENDPOINT` names a mirror, as for Python. */
export const hubAddress = (): string =>
  (process.env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/$/, '');
