export interface SingleFlight<Value> {
  /** Joins the flight of a key, or begins it with `run`. */
  (key: string, run: () => Promise<Value>): Promise<Value>;
  /** Waits until no flight is under way, those included that begin meanwhile: a caller may have left before. */
  ended(): Promise<void>;
}

/**
 * Runs one operation a key at a time; callers that come meanwhile share its outcome, failure included.
 * Scope: this process. Across processes see lease.ts.
 */
export function singleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Promise<Value>>();
  async function fly(key: string, run: () => Promise<Value>): Promise<Value> {
    const joined = flights.get(key);
    if (joined !== undefined) return joined;
    const flight = run().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  }
  async function ended(): Promise<void> {
    while (flights.size > 0) await Promise.allSettled(flights.values());
  }
  return Object.assign(fly, { ended });
}
