/** An error as a person should read it: what our own typed errors say, or a stack where the fault is ours. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string'
    ? `${error.message} (${code})`
    : `Unexpected: ${error.stack ?? error.message}`;
}
