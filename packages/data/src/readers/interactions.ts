import { formatError, type Place, shown } from "../format-error.ts";
import { optionError } from "../require.ts";
import { forEachLine } from "../text-stream.ts";
import { separatorOf, splitFields, weightField } from "./fields.ts";
import { InteractionCollector, type Interactions, type InteractionsOptions, KNOWN } from "./interaction-collector.ts";
import { addRecords } from "./interaction-records.ts";
import { fieldsOf, type Layout, layoutOf, requiredColumn } from "./layout.ts";
import { recordFormatOf } from "./records.ts";

/**
 * Reads who has to do with what, and perhaps how much: a table with one interaction a line, gzipped or not, other columns,
 * such as a time, passed over; or JSON lines or parquet, where a record may have a list of items. Memory: 12 bytes an
 * interaction (16 where repeats are rejected) and the names, whatever the file's size.
 *
 * @throws WideheadError ERR_OPTION, ERR_IO; ERR_FORMAT with file and line for fields that are missing or too many, a weight
 * that is no finite number ≥ 0, an unknown name or a repeated pair where those are rejected; and for no interaction at all
 */
export async function readInteractions(path: string, options: InteractionsOptions = {}): Promise<Interactions> {
  const collector = new InteractionCollector(path, options);
  if ((await recordFormatOf(path)) === "other") await addTable(path, options, collector);
  else await addRecords(path, options, collector);
  return collector.build();
}

async function addTable(path: string, options: InteractionsOptions, collector: InteractionCollector): Promise<void> {
  let table: Table | undefined;
  await forEachLine(path, (line, number) => {
    const place = { path, line: number };
    if (line.trim() === "") return;
    if (table === undefined) {
      table = tableOf(line, options, place);
      if (table.layout.hasHeader) return;
    }
    const fields = fieldsOf(line, table.separator, table.layout.width, place);
    const weight = table.weight === undefined ? 1 : weightField(fields[table.weight], place);
    collector.add(fields[table.user], fields[table.item], weight, place);
  });
}

interface Table {
  readonly separator: string;
  readonly layout: Layout;
  readonly user: number;
  readonly item: number;
  readonly weight: number | undefined;
}

function tableOf(line: string, options: InteractionsOptions, place: Place): Table {
  const { separator = separatorOf(line) } = options;
  if (separator === "") throw optionError("separator", "at least one character", '""');
  const { user, item, weight } = options.columns ?? {};
  const { user: users, item: items } = KNOWN;
  const readsWeight = weight !== false;
  const layout = layoutOf(
    splitFields(line, separator, place),
    {
      known: readsWeight ? KNOWN : { user: users, item: items },
      told: { user, item, weight: weight === false ? undefined : weight },
      numbers: readsWeight ? ["weight"] : [],
      header: options.header,
    },
    place,
  );
  if (layout.width < 2) throw formatError(place, "at least a user and an item in a line", shown(line));
  return {
    separator,
    layout,
    user: requiredColumn(layout, "user", place),
    item: requiredColumn(layout, "item", place),
    weight: layout.columns.weight,
  };
}
