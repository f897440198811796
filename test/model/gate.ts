/** Where answers wait until a test lets them go on. */
export interface Gate {
  /** Holds from now on. Resolves `reached` when the first answer is held. */
  hold(): { readonly reached: Promise<void>; readonly release: () => void };
  /** Waits while it holds. */
  pass(): Promise<void>;
}

export function createGate(): Gate {
  let held: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> } | null = null;
  return {
    hold() {
      const both = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() };
      held = both;
      return {
        reached: both.reached.promise,
        release() {
          held = null;
          both.released.resolve();
        },
      };
    },
    async pass() {
      held?.reached.resolve();
      await held?.released.promise;
    },
  };
}
