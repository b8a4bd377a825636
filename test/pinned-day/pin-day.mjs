// Loaded with `--import` by every process of a test run: its calendar is shifted by ARTDESK_TEST_SHIFT_MS, and time
// goes on from there. Timers, `performance.now()` and the times of files stay the machine's own.
const shiftMs = Number(process.env["ARTDESK_TEST_SHIFT_MS"]);
const OuterDate = globalThis.Date;

if (Number.isFinite(shiftMs) && shiftMs !== 0) {
  globalThis.Date = new Proxy(OuterDate, {
    construct(target, args, newTarget) {
      return Reflect.construct(target, args.length === 0 ? [target.now() + shiftMs] : args, newTarget);
    },
    apply(target) {
      return new target(target.now() + shiftMs).toString();
    },
    get(target, key, receiver) {
      return key === "now" ? now : Reflect.get(target, key, receiver);
    },
  });
  OuterDate.prototype.constructor = globalThis.Date;
}

function now() {
  return OuterDate.now() + shiftMs;
}
