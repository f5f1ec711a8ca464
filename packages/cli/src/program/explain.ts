/** An error as a person should read it: what a typed error says with what led to it, or a stack where the fault is ours. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return `Unexpected: ${error.stack ?? error.message}`;
  const { cause } = error;
  const reason =
    cause instanceof Error && !error.message.includes(cause.message) ? `\n  ${cause.message}` : '';
  return `${error.message} (${code})${reason}`;
}
