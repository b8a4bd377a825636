import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy on loopback in front of a server, so that a test can take the server away and bring it back. */
export interface FlakyProxy {
  port: number;
  /** Cuts all connections and refuses new ones. */
  goAway: () => Promise<void>;
  comeBack: () => Promise<void>;
  /** Lets connections in, and no byte through. */
  hang: (hanging: boolean) => void;
}

export async function startFlakyProxy(target: { host: string; port: number }): Promise<FlakyProxy> {
  const sockets = new Set<Socket>();
  let hanging = false;
  let server: Server;

  const pass = (from: Socket, to: Socket): void => {
    from.on("data", (data) => void (hanging || to.write(data)));
    for (const event of ["close", "error"] as const) from.on(event, () => to.destroy());
  };
  const listen = async (port: number): Promise<void> => {
    server = createServer((client) => {
      const upstream = connect(target.port, target.host);
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
      }
      pass(client, upstream);
      pass(upstream, client);
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  };

  await listen(0);
  const address = server!.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    port,
    async goAway() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    comeBack: () => listen(port),
    hang: (isHanging) => {
      hanging = isHanging;
    },
  };
}
