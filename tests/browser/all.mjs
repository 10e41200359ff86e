// The example plugins' pages in a real browser, by node:test. Each of these files can also be run by itself.
import "./chat.mjs";
import "./ticker.mjs";
import "./upload.mjs";
