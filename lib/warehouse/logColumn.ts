/** How a log's id stands in the tables; the prefix makes it a name that Avro allows as a symbol. */
export function logColumn(logId: string): string {
  return `log_${logId}`;
}
