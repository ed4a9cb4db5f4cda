/** What migrations are made of: one table, index, set of columns or rows each, under a name that is never changed once released. */
import {
  DataTypes,
  type ModelAttributeColumnOptions,
  type ModelAttributes,
  type QueryInterface,
  type QueryInterfaceCreateTableOptions,
} from 'sequelize';

export interface Migration {
  readonly name: string;
  readonly up: (schema: QueryInterface) => Promise<void>;
}

export const id = { type: DataTypes.CHAR(32), primaryKey: true, allowNull: false } as const;
export const must = <T>(type: T) => ({ type, allowNull: false }) as const;
export const may = <T>(type: T) => ({ type, allowNull: true }) as const;

type Uniques = NonNullable<QueryInterfaceCreateTableOptions['uniqueKeys']>;

export interface Steps {
  readonly createTable: (
    name: string,
    columns: ModelAttributes,
    uniques?: Readonly<Record<string, readonly string[]>>,
  ) => Migration;
  readonly insertRows: (table: string, rows: Record<string, string | number | boolean | null>[]) => Migration;
  readonly addIndex: (table: string, name: string, fields: readonly string[]) => Migration;
  readonly addUnique: (table: string, name: string, fields: readonly string[]) => Migration;
  readonly addColumns: (
    table: string,
    name: string,
    columns: Readonly<Record<string, ModelAttributeColumnOptions>>,
  ) => Migration;
}

/** The steps of one release; every migration's name begins with it. */
export function stepsOf(release: string): Steps {
  return {
    createTable: (name, columns, uniques = {}) => {
      const uniqueKeys: Uniques = Object.fromEntries(
        Object.entries(uniques).map(([key, fields]) => [key, { fields: [...fields] }]),
      );
      return {
        name: `${release}/${name}`,
        up: async schema => {
          await schema.createTable(name, columns, { charset: 'utf8mb4', collate: 'utf8mb4_bin', uniqueKeys });
        },
      };
    },
    insertRows: (table, rows) => ({
      name: `${release}/${table}_rows`,
      up: async schema => {
        await schema.bulkInsert(table, rows, { ignoreDuplicates: true } as object);
      },
    }),
    addIndex: (table, name, fields) => ({
      name: `${release}/${name}`,
      up: async schema => schema.addIndex(table, [...fields], { name }),
    }),
    addUnique: (table, name, fields) => ({
      name: `${release}/${name}`,
      up: async schema => schema.addIndex(table, [...fields], { name, unique: true }),
    }),
    addColumns: (table, name, columns) => ({
      name: `${release}/${name}`,
      up: async schema => addMissing(schema, table, columns),
    }),
  };
}

/** A killed run, or another process at this very moment, may have added some of them: each is added unless it is there. */
async function addMissing(
  schema: QueryInterface,
  table: string,
  columns: Readonly<Record<string, ModelAttributeColumnOptions>>,
): Promise<void> {
  const present = await schema.describeTable(table);
  const missing = Object.entries(columns).filter(([column]) => !(column in present));
  if (missing.length === 0) return;
  if (schema.sequelize.getDialect() !== 'sqlite') {
    // MySQL takes all columns in one statement, which happens whole or not at all
    const sql = schema.queryGenerator as { attributesToSQL: (all: object) => Record<string, string> };
    const parts = Object.entries(sql.attributesToSQL(Object.fromEntries(missing)));
    const added = parts.map(([column, definition]) => `ADD \`${column}\` ${definition}`);
    await schema.sequelize.query(`ALTER TABLE \`${table}\` ${added.join(', ')}`);
    return;
  }
  for (const [column, attribute] of missing) {
    await schema.addColumn(table, column, attribute).catch((error: unknown) => {
      if (!/duplicate column name/i.test(String(error))) throw error;
    });
  }
}
