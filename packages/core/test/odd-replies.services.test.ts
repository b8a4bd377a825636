import { testOddReplies } from "./odd-replies.ts";

testOddReplies(Number(process.env["ODD_REPLIES_CALLS"] ?? 10_000));
