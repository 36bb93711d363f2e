import type { Problem } from "../problem";

/** What the server (or the way to it) could not do: a stable code, words, and the next step. */
export class AppError extends Error implements Problem {
  readonly code: string;
  readonly hint: string | null;
  readonly details: unknown;

  constructor({ code, message, hint = null, details = null }: Problem) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.hint = hint;
    this.details = details;
  }

  /** What is copied and reported. */
  toJSON(): Problem {
    return { code: this.code, message: this.message, hint: this.hint, details: this.details };
  }
}

/** Anything that was thrown, as an AppError. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError({ code: "page", message, hint: null, details: thrown instanceof Error ? thrown.stack : null });
}

/** The error of a request that could not be sent or whose answer will not come. */
export function disconnected(): AppError {
  return new AppError({
    code: "disconnected",
    message: "The connection to the server is interrupted.",
    hint: "It is being restored; try again in a moment.",
  });
}
