import { testRecordings } from "./test-recordings.ts";

// Their waits are real.
testRecordings("slow");
