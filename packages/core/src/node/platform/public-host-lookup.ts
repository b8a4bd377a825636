import { lookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isPrivateHost } from "../../wire/download-address.ts";

/** Code of the error for a name that leads to a private address: the connection is not made. */
export const PRIVATE_ADDRESS_CODE = "EPRIVATEADDRESS";

/**
 * Resolves a host name for a connection, and fails when any of its addresses is private: a public name may point into
 * this machine's own network, or change to it between the check and the connection.
 */
export const lookUpPublicHost: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const found: LookupAddress[] = addresses;
    const hidden = found.find(({ address }) => isPrivateHost(address));
    const [first] = found;
    if (hidden !== undefined || first === undefined) {
      const refusal: NodeJS.ErrnoException = new Error(`${hostname} leads to a private address`);
      refusal.code = PRIVATE_ADDRESS_CODE;
      return callback(refusal, "", 0);
    }
    if (options.all === true) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};
