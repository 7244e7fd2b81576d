import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';

const internalCharOid = 18;
const textOid = 25;

/**
 * Makes an adapter read the internal type `"char"` of PostgreSQL's catalog, which the engine selects to describe constraints.
 * Prisma's own adapter refuses this type. So the adapter is made to read it as text, and the types of the result's columns are
 * corrected afterwards.
 *
 * @template {import('@prisma/driver-adapter-utils').SqlDriverAdapter} T
 * @param {T} adapter changed in place
 * @returns {T}
 */
export function readInternalChar(adapter) {
  /** @type {WeakMap<object, boolean[]>} by the rows of a result: which columns were `"char"` */
  const charColumns = new WeakMap();
  const performIO = adapter.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.performIO = async (query) => {
    const result = await performIO(query);
    charColumns.set(
      result.rows,
      result.fields.map((field) => field.dataTypeID === internalCharOid),
    );
    for (const field of result.fields) {
      if (field.dataTypeID === internalCharOid) field.dataTypeID = textOid;
    }
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const isChar = charColumns.get(result.rows);
    const columnTypes = result.columnTypes.map((type, i) => (isChar[i] ? ColumnTypeEnum.Character : type));
    return { ...result, columnTypes };
  };
  return adapter;
}
