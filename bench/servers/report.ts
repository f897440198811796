/** Tells the parent where the server listens, and what it has used so far whenever it asks. */
export function reportTo(parent: NodeJS.Process, url: string, stop: () => Promise<void>): void {
  parent.on('message', async message => {
    if (message === 'usage') {
      const { user, system } = parent.cpuUsage();
      parent.send?.({ usage: { cpuMs: (user + system) / 1000, rssMb: parent.memoryUsage().rss / 2 ** 20 } });
    }
    if (message === 'stop') {
      await stop();
      parent.disconnect();
    }
  });
  parent.send?.({ url });
}
