import { testOddReplies } from "./odd-replies.ts";

// The services tests send 10,000.
testOddReplies(100);
