/** Changes the key of sealed fields without changing what they say. Knows no table of its own: stores tell theirs by `SealedTable`. */

/** Where a table's sealed fields are. */
export interface SealedTable {
  readonly table: string;
  /** Primary key's columns; their values joined by `:` are the `row` of the fields' place. */
  readonly key: readonly [string, ...string[]];
  /** Text columns with the `column` of their place. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Binary columns with the `column` of their place. */
  readonly bytes?: Readonly<Record<string, string>>;
}
