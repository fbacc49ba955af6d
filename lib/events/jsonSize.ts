/** JSON writes a character as `\u001f` at the longest, and a number as `-1.7976931348623157e+308`. */
const longestCharacter = 6;
const longestNumber = 24;

/** Whether the object has more than so many bytes as JSON. Never throws: what is nested too deep for JSON is larger. */
export function largerAsJson(value: object, most: number): boolean {
  // To add up lengths is cheap; to serialise every event again only to see that it is small is not.
  return boundOfBytes(value, 1) > most && bytesAsJson(value) > most;
}

/** At least as many bytes as the object has as JSON; Infinity where it holds objects deeper than `levels` below it. */
export function boundOfBytes(value: object, levels: number): number {
  let bytes = 2;
  for (const key in value) {
    const each: unknown = value[key as keyof typeof value];
    // Quotes, colon, comma.
    bytes += longestCharacter * key.length + 4;
    if (typeof each === 'string') bytes += longestCharacter * each.length + 2;
    else if (typeof each !== 'object' || each === null) bytes += longestNumber;
    else if (levels > 0) bytes += boundOfBytes(each, levels - 1);
    else return Infinity;
  }
  return bytes;
}

function bytesAsJson(value: object): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Infinity;
  }
}
