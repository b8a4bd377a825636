/**
 * The day on which every test runs, whatever the machine says: catalogue rows end, months turn and warnings begin on
 * dates, and none of that may turn a test red on a later day. A test about dates sets its own clock instead.
 */
const PINNED_AT = "2026-11-24T12:00:00Z";

const PRELOAD = `--import=${new URL("pin-day.mjs", import.meta.url).href}`;

/** What makes processes tell one time: the shift, how it is loaded, and a tool that moves the machine's own clock. */
const CLOCK_VARIABLES = /^(ARTDESK_TEST_SHIFT_MS|NODE_OPTIONS|LD_PRELOAD|DYLD_INSERT_LIBRARIES|FAKETIME.*|TZ)$/;

/** Moves the calendar of all processes that this one starts from now on to the pinned day. */
export function pinDay(): void {
  const { NODE_OPTIONS: options = "" } = process.env;
  if (options.includes(PRELOAD)) return;
  process.env["ARTDESK_TEST_SHIFT_MS"] = String(Date.parse(PINNED_AT) - Date.now());
  process.env["NODE_OPTIONS"] = `${options} ${PRELOAD}`.trim();
}

/** The variables that a process needs which gets no others of this one, so that it lives on the same day. */
export function clockEnv(): Record<string, string> {
  const known = Object.entries(process.env).filter(([name]) => CLOCK_VARIABLES.test(name));
  return Object.fromEntries(known.map(([name, value]) => [name, value ?? ""]));
}
