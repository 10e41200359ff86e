// The example plugins' pages in a real browser, by node:test. Those whose name has a word:
// `node --test-name-pattern=WORD all.mjs`
import {describe} from "node:test";

import {chat} from "./chat.mjs";
import {ticker} from "./ticker.mjs";
import {upload} from "./upload.mjs";

// At the same time, since most of it is waiting.
describe("pages", {concurrency: 3}, () => {
    chat();
    ticker();
    upload();
});
