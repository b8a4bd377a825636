import { testRecordings } from "./test-recordings.ts";

testRecordings("quick");
