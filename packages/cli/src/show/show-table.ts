import Table from "cli-table3";

export interface TableColumn {
  head: string;
  /** @default "left" */
  align?: "left" | "right";
  /** Widest text before it is wrapped, in characters. */
  maxWidth?: number;
}

/** A plain table without lines; long cells are wrapped at words. */
export function showTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map((column) => column.head),
    colAligns: columns.map((column) => column.align ?? "left"),
    colWidths: columns.map((column, index) => widthOf(column, rows, index)),
    wordWrap: true,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "",
    },
  });
  for (const row of rows) table.push([...row]);
  return `${table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

function widthOf(column: TableColumn, rows: readonly (readonly string[])[], index: number): number {
  const longest = Math.max(
    column.head.length,
    ...rows.flatMap((row) => (row[index] ?? "").split("\n").map((line) => line.length)),
  );
  return Math.min(column.maxWidth ?? 60, longest) + 2;
}
