import { formatError, type Place, shown } from "../format-error.ts";
import { weightField } from "./fields.ts";
import { type InteractionCollector, type InteractionsOptions, KNOWN } from "./interaction-collector.ts";
import type { Column } from "./layout.ts";
import { type DataRecord, fieldOf, nameField, readRecords } from "./records.ts";

/** Adds the interactions of a file of records, by the fields told or by usual ones. Throws ERR_IO, ERR_FORMAT. */
export async function addRecords(
  path: string,
  options: InteractionsOptions,
  collector: InteractionCollector,
): Promise<void> {
  const { user, item, weight } = options.columns ?? {};
  for await (const { lines, records } of readRecords(path)) {
    records.forEach((record, index) => {
      const place = { path, line: lines[index] };
      const userName = nameField(fieldOf(record, fieldNamed("user", user, record, place), place), "user", place);
      const items = fieldOf(record, fieldNamed("item", item, record, place), place);
      const weightName = weight === false ? undefined : (weight ?? knownField("weight", record));
      const amount =
        weightName === undefined ? 1 : weightField(String(fieldOf(record, String(weightName), place)), place);
      for (const name of Array.isArray(items) ? items : [items]) {
        collector.add(userName, nameField(name, "item", place), amount, place);
      }
    });
  }
}

function fieldNamed(what: "user" | "item", told: Column | undefined, record: DataRecord, place: Place): string {
  const field = told ?? knownField(what, record);
  if (field !== undefined) return String(field);
  const fields = Object.keys(record).map(shown).join(", ");
  throw formatError(place, `a field for the ${what}`, `fields ${fields}; say which it is`);
}

function knownField(what: keyof typeof KNOWN, record: DataRecord): string | undefined {
  return Object.keys(record).find((field) => KNOWN[what].includes(field.toLowerCase()));
}
