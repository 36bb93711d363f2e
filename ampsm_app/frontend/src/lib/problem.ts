/** Why something could not be done, in the server's words. */
export interface Problem {
  code: string;
  message: string;
  hint?: string | null;
  details?: unknown;
}
