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
    // a killed run, or another process at this very moment, may have added some of them: each is added unless it is there
    addColumns: (table, name, columns) => ({
      name: `${release}/${name}`,
      up: async schema => {
        for (const [column, attribute] of Object.entries(columns)) {
          if (column in (await schema.describeTable(table))) continue;
          await schema.addColumn(table, column, attribute).catch(unlessThere);
        }
      },
    }),
  };
}

function unlessThere(error: unknown): void {
  if (!/duplicate column name/i.test(String(error))) throw error;
}
