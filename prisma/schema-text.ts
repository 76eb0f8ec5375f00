import type pg from "pg";

/*
 * schema.prisma is written from the migrated database, never by hand: the migrations say everything that Prisma's
 * language cannot (ranges, checks, exclusion, triggers), and a test holds the file against them.
 */

export interface Column {
  readonly table: string;
  readonly name: string;
  /** As format_type says it: "numeric(14,2)", "text[]". */
  readonly type: string;
  readonly nullable: boolean;
  /** SQL expression, or null. */
  readonly defaultSql: string | null;
  readonly generated: boolean;
}

export interface Key {
  readonly table: string;
  readonly columns: readonly string[];
  readonly primary: boolean;
}

const COLUMNS = `
  select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
         pg_get_expr(d.adbin, d.adrelid) as "defaultSql", a.attgenerated <> '' or a.attidentity <> '' as generated
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
   where c.relnamespace = current_schema()::regnamespace and a.attnum > 0 and not a.attisdropped
     and c.relname <> '_prisma_migrations'
   order by c.relname collate "C", a.attnum`;

/** Without partial indexes and indexes on expressions: those are no keys of a row that Prisma could look up. */
const KEYS = `
  select c.relname as "table", i.indisprimary as "primary",
         (select array_agg(a.attname::text order by k.position)
            from unnest(i.indkey::int2[]) with ordinality as k(attnum, position)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
           where k.position <= i.indnkeyatts) as columns
    from pg_index i join pg_class c on c.oid = i.indrelid
   where c.relnamespace = current_schema()::regnamespace and i.indisunique and i.indpred is null and i.indexprs is null
     and c.relname <> '_prisma_migrations' and not c.relispartition
   order by 1, 2 desc, 3`;

export async function readSchema(client: pg.Client): Promise<{ columns: Column[]; keys: Key[] }> {
  const columns = await client.query<Column>(COLUMNS);
  const keys = await client.query<Key>(KEYS);
  return { columns: columns.rows, keys: keys.rows };
}

/** The models of schema.prisma, in the order of the tables' names. */
export function modelsText(schema: { readonly columns: readonly Column[]; readonly keys: readonly Key[] }): string {
  const tables = [...new Set(schema.columns.map(({ table }) => table))];
  return tables
    .map((table) =>
      modelText(
        table,
        schema.columns.filter((column) => column.table === table),
        schema.keys.filter((key) => key.table === table),
      ),
    )
    .join("\n");
}

function modelText(table: string, columns: readonly Column[], keys: readonly Key[]): string {
  const isAlone = (name: string, primary: boolean) =>
    keys.some((key) => key.primary === primary && key.columns.length === 1 && key.columns[0] === name);
  const fields = columns.map((column) => {
    const { type, native } = prismaType(column.type);
    const attributes = [
      ...(isAlone(column.name, true) ? ["@id"] : []),
      ...(isAlone(column.name, false) ? ["@unique"] : []),
      ...defaultAttribute(column, type),
      ...(fieldName(column.name) === column.name ? [] : [`@map("${column.name}")`]),
      ...(native === undefined ? [] : [native]),
    ];
    if (column.nullable && type.endsWith("[]")) {
      throw new Error(`${table}.${column.name}: a list cannot be optional in Prisma's language, make it NOT NULL`);
    }
    const optional = column.nullable ? "?" : "";
    return [fieldName(column.name), `${type}${optional}`, attributes.join(" ")] as const;
  });
  const nameWidth = Math.max(...fields.map(([name]) => name.length));
  const typeWidth = Math.max(...fields.map(([, type]) => type.length));
  const lines = fields.map(([name, type, attributes]) =>
    `  ${name.padEnd(nameWidth)} ${type.padEnd(typeWidth)} ${attributes}`.trimEnd(),
  );
  const blocks = keys
    .filter((key) => key.columns.length > 1)
    .map((key) => `  @@${key.primary ? "id" : "unique"}([${key.columns.map(fieldName).join(", ")}])`);
  return [`model ${modelName(table)} {`, ...lines, "", ...blocks, `  @@map("${table}")`, "}", ""].join("\n");
}

const SIMPLE: Readonly<Record<string, { type: string; native?: string }>> = {
  bigint: { type: "BigInt" },
  boolean: { type: "Boolean" },
  bytea: { type: "Bytes" },
  date: { type: "DateTime", native: "@db.Date" },
  "double precision": { type: "Float" },
  inet: { type: "String", native: "@db.Inet" },
  integer: { type: "Int" },
  json: { type: "Json", native: "@db.Json" },
  jsonb: { type: "Json" },
  numeric: { type: "Decimal", native: "@db.Decimal" },
  real: { type: "Float", native: "@db.Real" },
  smallint: { type: "Int", native: "@db.SmallInt" },
  text: { type: "String" },
  "time without time zone": { type: "DateTime", native: "@db.Time(6)" },
  "timestamp with time zone": { type: "DateTime", native: "@db.Timestamptz(6)" },
  "timestamp without time zone": { type: "DateTime", native: "@db.Timestamp(6)" },
  uuid: { type: "String", native: "@db.Uuid" },
};

const SIZED: Readonly<Record<string, { type: string; native: string }>> = {
  character: { type: "String", native: "@db.Char" },
  "character varying": { type: "String", native: "@db.VarChar" },
  numeric: { type: "Decimal", native: "@db.Decimal" },
};

function prismaType(sqlType: string): { type: string; native?: string } {
  if (sqlType.endsWith("[]")) {
    const element = prismaType(sqlType.slice(0, -2));
    return element.type.startsWith("Unsupported") ? unsupported(sqlType) : { ...element, type: `${element.type}[]` };
  }
  const simple = SIMPLE[sqlType];
  if (simple !== undefined) return simple;
  const [, name = "", size] = /^([a-z ]+)\((.+)\)$/.exec(sqlType) ?? [];
  const sized = SIZED[name];
  return sized === undefined ? unsupported(sqlType) : { type: sized.type, native: `${sized.native}(${size})` };
}

const unsupported = (sqlType: string) => ({ type: `Unsupported("${sqlType}")` });

/** What makes a field optional on create. The database computes the value whatever is written here. */
function defaultAttribute(column: Column, type: string): string[] {
  if (column.generated) return ["@default(dbgenerated())"];
  if (column.defaultSql === null) return [];
  const sql = column.defaultSql;
  if (sql === "true" || sql === "false") return [`@default(${sql})`];
  if (sql === "now()" || sql === "CURRENT_TIMESTAMP") return ["@default(now())"];
  const number = /^'?(-?\d+(?:\.\d+)?)'?(?:::(?:bigint|integer|smallint|numeric))?$/.exec(sql)?.[1];
  if (number !== undefined && /^(Int|BigInt|Float|Decimal)$/.test(type)) return [`@default(${number})`];
  const text = /^'([^'\\]*)'::(?:text|character varying)$/.exec(sql)?.[1];
  if (text !== undefined && type === "String") return [`@default(${JSON.stringify(text)})`];
  return [`@default(dbgenerated(${JSON.stringify(sql)}))`];
}

const modelName = (table: string): string =>
  table.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const fieldName = (column: string): string =>
  column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
