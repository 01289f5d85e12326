/** A value that was understood, or what is wrong with it and the way out. */
export type Parsed<T> =
  | { readonly value: T; readonly warning?: string }
  | { readonly problem: string; readonly hint?: string };
