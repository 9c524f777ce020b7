/**
 * A line in which many wait: who came first is first, and anybody may leave it from anywhere.
 *
 * Each step costs the same however long the line is, on average. Neither of the built-in ways does: an array's `splice`
 * moves all who stand behind, and the first member of a `Set` is looked for behind the holes of those who left.
 */
export interface WaitingLine<T> {
  /** @returns takes it out of the line; once is enough */
  join(member: T): () => void;
  size(): number;
  first(): T | undefined;
  /** In their order. Who leaves meanwhile may be among them. */
  members(): T[];
}

interface Place<T> {
  member: T | null;
}

/** So few empty places are not worth closing up. */
const FEW_PLACES = 32;

export function createWaitingLine<T extends object>(): WaitingLine<T> {
  let places: Place<T>[] = [];
  /** Before it all places are empty. */
  let head = 0;
  let size = 0;

  function leave(place: Place<T>): void {
    if (place.member === null) return;
    place.member = null;
    size -= 1;
    if (places.length <= FEW_PLACES || size * 2 > places.length) return;
    places = places.filter(({ member }) => member !== null);
    head = 0;
  }

  return {
    join(member) {
      const place: Place<T> = { member };
      places.push(place);
      size += 1;
      return () => leave(place);
    },
    size: () => size,
    first() {
      while (head < places.length && places[head]?.member === null) head += 1;
      return places[head]?.member ?? undefined;
    },
    members() {
      const members: T[] = [];
      for (const { member } of places) if (member !== null) members.push(member);
      return members;
    },
  };
}
