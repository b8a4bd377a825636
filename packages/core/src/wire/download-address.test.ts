import { describe, expect, it } from "vitest";
import { isArtdeskError } from "../basics/errors.ts";
import { checkDownloadAddress, isPrivateHost } from "./download-address.ts";

const BASE = "https://queue.fal.run";

function refusal(url: string, base = BASE): string {
  try {
    checkDownloadAddress(url, base, "fal");
  } catch (error) {
    if (isArtdeskError(error)) return `${error.code} ${error.billed}: ${error.shortMessage}`;
    throw error;
  }
  return "allowed";
}

describe("an address of a file", () => {
  it("gets the key only at the origin of the base URL", () => {
    expect(checkDownloadAddress("https://queue.fal.run/files/1.png", BASE, "fal")).toEqual({
      url: "https://queue.fal.run/files/1.png",
      signed: true,
      foreign: false,
    });
    for (const url of ["https://v3.fal.media/files/1.png", "https://queue.fal.run.evil.example/1.png"]) {
      expect(checkDownloadAddress(url, BASE, "fal")).toEqual({ url, signed: false, foreign: true });
    }
    expect(checkDownloadAddress("https://queue.fal.run:444/1.png", BASE, "fal").signed).toBe(false);
  });

  it("may be loopback only when the base URL is", () => {
    const url = "http://127.0.0.1:8080/1.png";
    expect(refusal(url)).toContain("it is not https");
    expect(checkDownloadAddress(url, "http://127.0.0.1:9000", "fal")).toEqual({ url, signed: false, foreign: false });
    expect(refusal("http://10.0.0.1/1.png", "http://127.0.0.1:9000")).toContain("it is not https");
    expect(refusal("https://10.0.0.1/1.png", "http://127.0.0.1:9000")).toContain("10.0.0.1 is not a public host");
  });

  it.each([
    ["http://v3.fal.media/1.png", "it is not https (http:)"],
    ["file:///etc/passwd", "it is not https (file:)"],
    ["data:image/png;base64,AAAA", "it is not https (data:)"],
    ["/relative.png", "it is not an absolute address"],
    ["https://user:secret@v3.fal.media/1.png", "it holds a user name or a password"],
    ["https://169.254.169.254/latest/meta-data", "169.254.169.254 is not a public host"],
    ["https://2130706433/1.png", "127.0.0.1 is not a public host"],
    ["https://0x7f.1/1.png", "127.0.0.1 is not a public host"],
    ["https://[::1]/1.png", "[::1] is not a public host"],
    ["https://[::ffff:10.0.0.1]/1.png", "[::ffff:a00:1] is not a public host"],
    ["https://metadata.google.internal/1.png", "metadata.google.internal is not a public host"],
    ["https://localhost./1.png", "localhost. is not a public host"],
    ["https://printer/1.png", "printer is not a public host"],
  ])("is refused: %s", (url, why) => {
    expect(refusal(url)).toBe(`bad_response unknown: The image's address in the reply is refused: ${why}.`);
  });
});

describe("a private host", () => {
  it.each([
    "0.0.0.0",
    "10.255.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "2002:a00:1::",
    "64:ff9b::a00:1",
    "nas.local",
    "db.lan",
    "a.home.arpa",
  ])("is %s", (host) => expect(isPrivateHost(host)).toBe(true));

  it.each(["1.1.1.1", "100.63.0.1", "172.32.0.1", "192.167.0.1", "2606:4700::1111", "2001:4860::8888", "fal.media"])(
    "is not %s",
    (host) => expect(isPrivateHost(host)).toBe(false),
  );
});
