/** Tells the parent where the server listens, and what it has used so far whenever it asks. */
export function reportTo(parent: NodeJS.Process, url: string, stop: () => Promise<void>): void {
  parent.on('message', async message => {
    if (message === 'usage') {
      const { user, system } = parent.cpuUsage();
      const rssMb = parent.memoryUsage().rss / 2 ** 20;
      // Only there with --expose-gc: what is still held when all garbage is gone.
      globalThis.gc?.();
      const heapMb = parent.memoryUsage().heapUsed / 2 ** 20;
      parent.send?.({ usage: { cpuMs: (user + system) / 1000, rssMb, heapMb } });
    }
    if (message === 'stop') {
      await stop();
      parent.disconnect();
    }
  });
  parent.send?.({ url });
}
