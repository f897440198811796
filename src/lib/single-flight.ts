/**
 * Runs one operation a key at a time; callers that come meanwhile share its outcome, failure included.
 * Scope: this process. Across processes see lease.ts.
 */
export function singleFlight<Value>(): (key: string, run: () => Promise<Value>) => Promise<Value> {
  const flights = new Map<string, Promise<Value>>();
  return async function fly(key, run) {
    const joined = flights.get(key);
    if (joined !== undefined) return joined;
    const flight = run().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
