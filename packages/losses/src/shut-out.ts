/** In the place of a logit that is shut out: its exponential is 0 beside any other. */
export const SHUT_OUT = -1e30;
