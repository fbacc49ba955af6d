/** Items by due time, the earliest first: a binary heap. */
export interface Schedule<Item> {
  readonly size: number;
  add(due: number, item: Item): void;
  /** Due time of the earliest item; Infinity when there is none. */
  nextDue(): number;
  take(): Item | undefined;
}

export function createSchedule<Item>(): Schedule<Item> {
  const heap: { due: number; item: Item }[] = [];

  function swap(left: number, right: number): void {
    [heap[left], heap[right]] = [heap[right]!, heap[left]!];
  }
  const before = (left: number, right: number): boolean => heap[left]!.due < heap[right]!.due;

  return {
    get size() {
      return heap.length;
    },
    add(due, item) {
      let at = heap.push({ due, item }) - 1;
      for (let parent = (at - 1) >> 1; at > 0 && before(at, parent); parent = (at - 1) >> 1) {
        swap(at, parent);
        at = parent;
      }
    },
    nextDue: () => heap[0]?.due ?? Infinity,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        for (let at = 0; ;) {
          let least = at;
          if (2 * at + 1 < heap.length && before(2 * at + 1, least)) least = 2 * at + 1;
          if (2 * at + 2 < heap.length && before(2 * at + 2, least)) least = 2 * at + 2;
          if (least === at) break;
          swap(at, least);
          at = least;
        }
      }
      return first.item;
    },
  };
}
