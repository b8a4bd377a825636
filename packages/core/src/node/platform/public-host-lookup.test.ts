import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { lookUpPublicHost, PRIVATE_ADDRESS_CODE } from "./public-host-lookup.ts";

it("makes no connection to a name that leads to a private address", async () => {
  let connections = 0;
  const server = createServer(() => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  // `localhost` is a name that every system resolves by itself, to loopback.
  const socket = connect({ host: "localhost", port, lookup: lookUpPublicHost });
  const error = await new Promise<Error & { code?: string }>((resolve) => socket.once("error", resolve));
  expect(error.code).toBe(PRIVATE_ADDRESS_CODE);
  expect(error.message).toBe("localhost leads to a private address");
  expect(connections).toBe(0);
});

it("hands on that a name does not exist", async () => {
  const error = await new Promise<Error | null>((resolve) => {
    lookUpPublicHost("no-such-host.invalid", { all: true }, (failure) => resolve(failure));
  });
  expect(error?.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
});
