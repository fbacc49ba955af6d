/** How a log's id stands in the tables; the prefix makes it a name that Avro allows as a symbol. */
export function logColumn(logId: string): string {
  return `log_${logId}`;
}

/** The id behind `logColumn`. */
export function logIdOf(column: string): string {
  return column.replace(/^log_/, '');
}
