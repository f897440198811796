import { useSearchParams } from 'wouter';

/** A filter that stands in the address, so that a page can be linked, reloaded and gone back to. */
export function useFilter(name: string, initial = ''): readonly [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const value = params.get(name) ?? initial;
  function set(next: string): void {
    setParams(
      before => {
        const after = new URLSearchParams(before);
        if (next === initial) after.delete(name);
        else after.set(name, next);
        return after;
      },
      { replace: true },
    );
  }
  return [value, set];
}
